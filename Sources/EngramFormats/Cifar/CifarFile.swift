import EngramKit
import Foundation

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
  /// - Throws: `Problem`: not there, compressed, of another length, a label that there is not.
  public init(reading path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Problem("cannot open the file", at: path, fix: "check the name and that it can be read")
    }
    if bytes.starts(with: [0x1F, 0x8B]) {
      throw Problem("is compressed by gzip", at: path, fix: "unpack it first: tar -xzf \(path)")
    }
    let fitting = Classes.allCases.first { bytes.count % (Self.pixels + $0.labelBytes) == 0 }
    guard let classes = fitting, !bytes.isEmpty else {
      throw Problem(
        "has \(bytes.count) bytes, no multiple of the 3073 of an image of CIFAR-10 or the 3074 of CIFAR-100",
        at: path, fix: "take the binary version, and copy it again from its source")
    }
    let record = Self.pixels + classes.labelBytes
    let count = bytes.count / record
    var (values, labels) = ([Double](), [Int]())
    values.reserveCapacity(count * Self.pixels)
    for image in 0..<count {
      let first = bytes.startIndex + image * record
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
    images = Tensor(values, shape: [count, Self.pixels])
  }
}
