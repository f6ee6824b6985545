import EngramKit

/// One batch of CIFAR images in the binary version: for each image its label bytes, then 1024 red, 1024 green and 1024 blue
/// pixels, row by row.
///
/// CIFAR-10 has one label byte, CIFAR-100 a coarse and a fine one. Source: Krizhevsky (2009) Learning multiple layers of
/// features from tiny images.
public struct CifarFile: Sendable, Equatable {
  /// Which of the two sets a file belongs to.
  public enum Classes: Int, Sendable, CaseIterable {
    case ten = 10
    case hundred = 100

    /// Label bytes of an image; the last is the class.
    var labelBytes: Int { self == .ten ? 1 : 2 }
  }

  /// Bytes of an image's pixels: three colours of 32 by 32.
  public static let pixels = 3 * 32 * 32

  public let classes: Classes
  /// Pixels from 0 to 255; shape [trial, channel], colour by colour.
  public let images: Tensor<Double>
  /// Class of each image, from 0; of CIFAR-100 the fine one.
  public let labels: [Int]

  /// Reads the batch at `path`; its length tells which set it is from.
  ///
  /// - Parameter images: Which images to read; nil for all.
  /// - Throws: `Problem`: not there, compressed, of another length, fewer images, a label that there is not.
  public init(reading path: String, _ images: Range<Int>? = nil) throws {
    let (classes, count) = try Self.head(of: path)
    let images = images ?? 0..<count
    guard images.lowerBound >= 0, images.upperBound <= count else {
      throw Problem(
        "has \(count) images, those from \(images.lowerBound) to \(images.upperBound - 1) were asked for",
        at: path)
    }
    let record = Self.pixels + classes.labelBytes
    let stream = try FileStream(path)
    try stream.skip(images.lowerBound * record)
    let bytes = try stream.bytes(images.count * record)
    var (values, labels) = ([Double](), [Int]())
    values.reserveCapacity(images.count * Self.pixels)
    for image in images {
      let first = (image - images.lowerBound) * record
      let label = Int(bytes[first + classes.labelBytes - 1])
      guard label < classes.rawValue else {
        throw Problem(
          "gives image \(image) the class \(label), and CIFAR-\(classes.rawValue) has 0 to \(classes.rawValue - 1)",
          at: path, fix: "take the binary version, and copy it again from its source")
      }
      labels.append(label)
      values += bytes[first + classes.labelBytes..<first + record].lazy.map(Double.init)
    }
    self.classes = classes
    self.labels = labels
    self.images = Tensor(values, shape: [images.count, Self.pixels])
  }

  /// The set that the length of the file at `path` speaks for, and how many images it has.
  ///
  /// - Throws: `Problem`: not there, compressed, of another length.
  public static func head(of path: String) throws -> (classes: Classes, count: Int) {
    let stream = try FileStream(path)
    if try stream.size > 1 && stream.bytes(2) == [0x1F, 0x8B] {
      throw Problem("is compressed by gzip", at: path, fix: "unpack it first: tar -xzf \(path)")
    }
    let fitting = Classes.allCases.first { stream.size % (pixels + $0.labelBytes) == 0 }
    guard let classes = fitting, stream.size > 0 else {
      throw Problem(
        "has \(stream.size) bytes, no multiple of the 3073 of an image of CIFAR-10 or the 3074 of CIFAR-100",
        at: path, fix: "take the binary version, and copy it again from its source")
    }
    return (classes, stream.size / (pixels + classes.labelBytes))
  }

  /// The set that the file at `path` belongs to, where its length and the label bytes of every image speak for one.
  static func recognised(_ path: String) throws -> Classes? {
    let stream = try FileStream(path)
    for classes in Classes.allCases where stream.size % (pixels + classes.labelBytes) == 0 {
      let stream = try FileStream(path)
      let fit = try (0..<stream.size / (pixels + classes.labelBytes)).allSatisfy { _ in
        let labels = try stream.bytes(classes.labelBytes)
        try stream.skip(pixels)
        // CIFAR-100 has 20 coarse classes.
        return labels.last.map { $0 < classes.rawValue } == true && (labels.count == 1 || labels[0] < 20)
      }
      if fit { return classes }
    }
    return nil
  }
}
