import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

/// The format is public: magic numbers 2051 (bytes, three axes) and 2049 (bytes, one axis) stand before MNIST's files.
@Suite("IDX files") struct IdxTests {
  private func withFile<T>(_ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
    let path = FileManager.default.temporaryDirectory.path + "/engram-\(UUID().uuidString).idx"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer {
      do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
    }
    return try body(path)
  }

  private let images: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3] + [0, 127, 255, 1, 2, 3]

  @Test("images as MNIST has them: magic 2051, two images of one row and three columns")
  func readsImages() throws {
    try withFile(images) { path in
      let file = try IdxFile(reading: path)
      #expect(file.element == .unsignedByte)
      #expect(file.values == Tensor([0, 127, 255, 1, 2, 3], shape: [2, 1, 3]))
      #expect(try IdxFile(reading: path, rows: 1..<2).values == Tensor([1, 2, 3], shape: [1, 1, 3]))
      #expect(throws: Problem.self) { try IdxFile(reading: path, rows: 1..<3) }
    }
  }

  @Test(
    "every element type, big-endian: minus two",
    arguments: [
      (0x09, [0xFE]), (0x0B, [0xFF, 0xFE]), (0x0C, [0xFF, 0xFF, 0xFF, 0xFE]), (0x0D, [0xC0, 0, 0, 0]),
      (0x0E, [0xC0, 0, 0, 0, 0, 0, 0, 0]),
    ] as [(UInt8, [UInt8])])
  func elements(code: UInt8, word: [UInt8]) throws {
    try withFile([0, 0, code, 1, 0, 0, 0, 1] + word) { path in
      let values = try IdxFile(reading: path).values
      #expect(values == Tensor([-2], shape: [1]))
    }
  }

  @Test(
    "what is wrong, in a sentence",
    arguments: [
      ([0x1F, 0x8B, 8, 0], "is compressed by gzip"), ([1, 2, 3, 4], "is no IDX file"),
      ([0, 0, 8, 1, 0, 0, 0, 3, 7, 7], "has 10 bytes; its shape [3] needs 11"),
      ([0, 0, 8, 1, 0, 0, 0, 1, 7, 7], "has 10 bytes; its shape [1] needs 9"),
      (
        [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], "more than can be addressed"
      ),
      ([0, 0, 8, 2, 0, 0], "ends within its head"), ([], "is no IDX file"),
    ] as [([UInt8], String)])
  func refuses(bytes: [UInt8], sentence: String) throws {
    try withFile(bytes) { path in
      do {
        _ = try IdxFile(reading: path)
        Issue.record("it was read")
      } catch let problem as Problem {
        #expect(problem.what.contains(sentence), "\(problem)")
        #expect(problem.place == path)
      }
    }
  }

  @Test("images and labels become trials; another number of labels is refused")
  func converts() throws {
    try withFile(images) { images in
      let output = images + ".h5"
      try withFile([0, 0, 8, 1, 0, 0, 0, 2, 5, 9]) { labels in
        try convertIdx(images: [images, images], labels: [labels, labels], to: output)
      }
      defer {
        do { try FileManager.default.removeItem(atPath: output) } catch { print("\(output) stays: \(error)") }
      }
      let root = try H5File(reading: output).root
      let input = try root.dataset("/engram/results/images/trials/input")
      #expect(input.shape == [4, 3])
      #expect(try input.read(Double.self) == [0, 127, 255, 1, 2, 3, 0, 127, 255, 1, 2, 3])
      #expect(try root.dataset("/engram/results/images/trials/label").read(Double.self) == [5, 9, 5, 9])
      #expect(throws: Problem.self) {
        try withFile([0, 0, 8, 1, 0, 0, 0, 1, 5]) {
          try convertIdx(images: [images], labels: [$0], to: output)
        }
      }
    }
  }
}
