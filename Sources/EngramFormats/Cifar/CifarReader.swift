import EngramData
import EngramKit
import Foundation

/// Reads batches of CIFAR images in the binary version as trials; the training batches of CIFAR-10 are one input.
public struct CifarReader: FormatReader {
  public static let format = FileFormat.cifar
  public init() {}

  /// `data_batch_1.bin` and its siblings in the same folder.
  public func parts(of path: String, _ options: ConversionOptions) throws -> [String] {
    let folder = (path as NSString).deletingLastPathComponent
    guard (path as NSString).lastPathComponent.hasPrefix("data_batch_") else { return [path] }
    let siblings = (1...9).map { (folder as NSString).appendingPathComponent("data_batch_\($0).bin") }
    let found = siblings.filter(FileManager.default.fileExists(atPath:))
    return found.contains(path) ? found : [path]
  }

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let batches = try parts(of: path, options)
    let heads = try batches.map { try CifarFile.head(of: $0) }
    for (batch, head) in zip(batches, heads) where head.classes != heads[0].classes {
      throw Problem(
        "belongs to CIFAR-\(head.classes.rawValue), the batches before it to CIFAR-\(heads[0].classes.rawValue)",
        at: batch, fix: "convert the two sets apart")
    }
    let sizes = heads.map(\.count)
    let count = sizes.reduce(0, +)
    /// Values of the images `rows`, which may lie in several batches.
    @Sendable func gather(_ rows: Range<Int>, _ values: (CifarFile) -> [Double]) throws -> [Double] {
      var (first, result) = (0, [Double]())
      for (batch, size) in zip(batches, sizes) {
        let own = rows.clamped(to: first..<first + size)
        if !own.isEmpty {
          result += values(try CifarFile(reading: batch, own.lowerBound - first..<own.upperBound - first))
        }
        first += size
      }
      return result
    }
    var contents = Contents()
    contents.arrays = [
      ArrayStream("trials/input", shape: [count, CifarFile.pixels], unit: "1", stored: .uint8) { rows in
        try gather(rows) { $0.images.elements }
      },
      ArrayStream("trials/label", shape: [count], unit: "1", stored: .uint8) { rows in
        try gather(rows) { $0.labels.map(Double.init) }
      },
    ]
    return contents
  }
}
