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

  /// A folder with `files`, by name.
  private func withFolder<T>(_ files: [String: [UInt8]], _ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
    return try body(folder.path)
  }

  @Test("images become trials together with the labels beside them, whichever of the two is named")
  func converts() throws {
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 5, 9]
    try withFolder(["train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels]) { folder in
      for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] {
        let output = "\(folder)/\(name).h5"
        let request = ConversionRequest("\(folder)/\(name)", to: .engram, output: output)
        let outcome = try convert(request, hash: { _ in "" })
        #expect(outcome.format == .idx)
        #expect(outcome.kept == ["array trials/input: 2 × 3", "array trials/label: 2"])
        let root = try H5File(reading: output).root
        let input = try root.dataset("/engram/arrays/trials/input")
        #expect(input.shape == [2, 3])
        #expect(try input.read(Double.self) == [0, 127, 255, 1, 2, 3])
        #expect(try root.dataset("/engram/arrays/trials/label").read(Double.self) == [5, 9])
      }
      let parts = try IdxReader().parts(of: "\(folder)/train-labels-idx1-ubyte", ConversionOptions())
      #expect(parts == ["\(folder)/train-images-idx3-ubyte", "\(folder)/train-labels-idx1-ubyte"])
    }
  }

  @Test("images alone are trials without classes; another number of labels is refused")
  func labels() throws {
    try withFolder(["images.idx3": images]) { folder in
      let contents = try IdxReader().contents(of: "\(folder)/images.idx3", ConversionOptions())
      #expect(contents.arrays.map(\.name) == ["trials/input"])
    }
    try withFolder(["images.idx3": images, "labels.idx1": [0, 0, 8, 1, 0, 0, 0, 1, 5]]) { folder in
      let error = #expect(throws: Problem.self) {
        try IdxReader().contents(of: "\(folder)/images.idx3", ConversionOptions())
      }
      #expect(error?.what == "has labels of shape [1] for 2 images")
    }
  }
}
