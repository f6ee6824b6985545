import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

@Suite("CIFAR batches")
struct CifarTests {
  /// A batch with these labels, whose pixel k of image i is (k + i) mod 256.
  private func batch(_ labels: [[UInt8]]) -> Data {
    Data(labels.enumerated().flatMap { image, label in label + (0..<3072).map { UInt8(($0 + image) % 256) } })
  }

  private func withFiles<T>(_ contents: Data..., body: ([String], String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    let paths = try contents.enumerated().map { number, data in
      let path = folder.appendingPathComponent("batch-\(number).bin")
      try data.write(to: path)
      return path.path
    }
    return try body(paths, folder.appendingPathComponent("images.h5").path)
  }

  @Test("labels and pixels of both sets, colour by colour")
  func bothSets() throws {
    try withFiles(batch([[3], [9]]), batch([[1, 99], [0, 7]])) { paths, _ in
      let ten = try CifarFile(reading: paths[0])
      #expect(ten.classes == .ten && ten.labels == [3, 9])
      #expect(ten.images.shape == [2, 3072])
      #expect(ten.images[1, 300] == 45)
      let hundred = try CifarFile(reading: paths[1])
      #expect(hundred.classes == .hundred && hundred.labels == [99, 7])
      #expect(hundred.images[0, 0] == 0)
    }
  }

  @Test("several batches become one file of trials")
  func converted() throws {
    try withFiles(batch([[3], [9]]), batch([[5]])) { paths, output in
      try convertCifar(paths, to: output)
      let reads = [
        Dataset("trials/input", ["trial", "channel"], unit: .one, ""),
        Dataset("trials/label", ["trial"], unit: .one, ""),
      ]
      let inputs = Inputs(try LayoutSource(reads, in: try EngramFile(reading: output)))
      #expect(try inputs.vector("trials/label") == [3, 9, 5])
      #expect(try inputs.matrix("trials/input").shape == [3, 3072])
      #expect(try inputs.matrix("trials/input")[2, 5] == 5)
    }
  }

  @Test("wrong length, wrong class, mixed sets: each is named")
  func refused() throws {
    try withFiles(Data(repeating: 1, count: 3000), batch([[12]]), batch([[1]]), batch([[0, 1]])) {
      paths, output in
      let short = #expect(throws: Problem.self) { try CifarFile(reading: paths[0]) }
      #expect(short?.what.hasPrefix("has 3000 bytes, no multiple of the 3073") == true)
      let label = #expect(throws: Problem.self) { try CifarFile(reading: paths[1]) }
      #expect(label?.what == "gives image 0 the class 12, and CIFAR-10 has 0 to 9")
      let mixed = #expect(throws: Problem.self) { try convertCifar([paths[2], paths[3]], to: output) }
      #expect(mixed?.what == "belongs to CIFAR-100, the batches before it to CIFAR-10")
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}
