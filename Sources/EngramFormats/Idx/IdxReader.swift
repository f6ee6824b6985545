import EngramData
import EngramKit
import Foundation

/// Reads images in IDX files as trials: pixels row by row, and the classes where a file of labels lies beside the images.
public struct IdxReader: FormatReader {
  public static let format = FileFormat.idx
  public init() {}

  /// The images and labels that belong together by the names in which MNIST and its relatives are distributed,
  /// `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`; the labels are nil where there are none.
  private static func pair(_ path: String) -> (images: String, labels: String?) {
    let name = (path as NSString).lastPathComponent
    func beside(_ word: String, _ other: String, _ axes: String, _ otherAxes: String) -> String? {
      guard name.contains(word) else { return nil }
      let partner = name.replacing(word, with: other).replacing("idx\(axes)", with: "idx\(otherAxes)")
      let path = (path as NSString).deletingLastPathComponent
      let whole = (path as NSString).appendingPathComponent(partner)
      return FileManager.default.fileExists(atPath: whole) ? whole : nil
    }
    if let images = beside("labels", "images", "1", "3") { return (images, path) }
    return (path, beside("images", "labels", "3", "1"))
  }

  public func parts(of path: String, _ options: ConversionOptions) throws -> [String] {
    let (images, labels) = IdxReader.pair(path)
    return [images] + [labels].compactMap(\.self)
  }

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let (images, labels) = IdxReader.pair(path)
    let head = try IdxFile.head(of: images)
    var contents = Contents()
    contents.arrays.append(array(images, head))
    guard let labels else { return contents }
    let classes = try IdxFile.head(of: labels)
    guard classes.shape == [head.shape[0]] else {
      throw Problem(
        "has labels of shape \(classes.shape) for \(head.shape[0]) images", at: labels,
        fix: "copy both again from their source, or take the labels out of the folder")
    }
    contents.arrays.append(array(labels, classes))
    return contents
  }

  /// Images [trial, channel], or what has one axis as the labels of trials.
  private func array(_ path: String, _ head: (element: IdxFile.Element, shape: [Int])) -> ArrayStream {
    let isList = head.shape.count == 1
    let shape = isList ? head.shape : [head.shape[0], head.shape.dropFirst().reduce(1, *)]
    return ArrayStream(
      isList ? "trials/label" : "trials/input", shape: shape, unit: "1", stored: head.element.stored
    ) { try IdxFile(reading: path, rows: $0).values.elements }
  }
}

extension IdxFile.Element {
  /// The type that keeps every value.
  fileprivate var stored: H5Element {
    switch self {
    case .unsignedByte: .uint8
    case .signedByte: .int8
    case .int16: .int16
    case .int32: .int32
    case .float32: .float32
    case .float64: .float64
    }
  }
}
