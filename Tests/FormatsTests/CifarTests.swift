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

  /// The batches in a folder, named as CIFAR-10 names them.
  private func withFiles<T>(_ contents: Data..., body: ([String], String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    let paths = try contents.enumerated().map { number, data in
      let path = folder.appendingPathComponent("data_batch_\(number + 1).bin")
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

  @Test("the batches beside each other become one file of trials, whichever is named")
  func converted() throws {
    try withFiles(batch([[3], [9]]), batch([[5]])) { paths, output in
      #expect(try CifarReader().parts(of: paths[1], ConversionOptions()) == paths)
      let outcome = try convert(ConversionRequest(paths[1], to: .engram, output: output), hash: { _ in "" })
      #expect(outcome.format == .cifar)
      #expect(outcome.because == "the length of whole images, and labels that CIFAR-10 has")
      let root = try H5File(reading: output).root
      #expect(try root.dataset("/engram/arrays/trials/label").read(Double.self) == [3, 9, 5])
      let input = try root.dataset("/engram/arrays/trials/input")
      #expect(input.shape == [3, 3072])
      #expect(try input.read(Double.self, rows: 2..<3)[5] == 5)
      #expect(try CifarFile(reading: paths[0], 1..<2).labels == [9])
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
      try FileManager.default.removeItem(atPath: paths[0])
      let mixed = #expect(throws: Problem.self) {
        try convert(ConversionRequest(paths[2], to: .engram, output: output), hash: { _ in "" })
      }
      #expect(mixed?.what == "belongs to CIFAR-100, the batches before it to CIFAR-10")
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}
