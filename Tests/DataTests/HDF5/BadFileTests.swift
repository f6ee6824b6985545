import EngramData
import EngramKit
import Foundation
import Testing

/// The problem `body` throws; an issue is recorded when it throws none.
private func trouble(_ body: () throws -> Void) -> Problem {
  do {
    try body()
    Issue.record("nothing was thrown")
  } catch let problem as Problem {
    return problem
  } catch {
    Issue.record("\(error) is no Problem")
  }
  return Problem("")
}

@Suite("HDF5 files that are not as they should be")
struct BadFileTests {
  private let scratch: Scratch
  private let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.file("a.h5")
  }

  private func put(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: path)) }
  private func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
  private func open() throws -> H5Group { try H5File(reading: path).root }

  @Test("what is no HDF5 file is told apart")
  func noHDF5() throws {
    #expect(trouble { _ = try open() }.what == "cannot open the file: No such file or directory")
    #expect(trouble { _ = try H5File(reading: scratch.path) }.what == "is a directory, not an HDF5 file")
    try put(Data())
    #expect(trouble { _ = try open() }.what == "the file is empty (0 bytes)")
    try put(Data(repeating: 0x41, count: 5000))
    #expect(
      trouble { _ = try open() }.what
        == "is not an HDF5 file: no HDF5 signature at byte 0, 512, 1024, … of 5000")
  }

  @Test("a truncated file is called truncated")
  func truncated() throws {
    try H5File.write(path) { try $0.root.write("x", [Double](repeating: 1, count: 10_000)) }
    try put(try bytes().prefix(40_000))
    let problem = trouble { _ = try open() }
    #expect(problem.what.contains("truncated"))
    #expect(problem.place == path)
    #expect(problem.fix != nil)
  }

  @Test("a finished file can be read while a program that was just started shares its descriptor")
  func sharedLock() throws {
    let file = try H5File(creating: path)
    try file.root.write("x", [1.0])
    // A second descriptor of the same open file is what a program has between its start and its first step.
    let partial = try #require(
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }.first {
        guard let target = realpath("/proc/self/fd/\($0)", nil) else { return false }
        defer { free(target) }
        return String(cString: target).contains(path + ".partial")
      })
    let shared = dup(partial)
    defer { close(shared) }
    try file.commit()
    #expect(try H5File(reading: path).root.dataset("x").read(Double.self) == [1])
  }

  @Test("a file another process writes is called so")
  func locked() throws {
    try H5File.write(path) { try $0.root.write("x", [1.0]) }
    let descriptor = Glibc.open(path, O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    let problem = trouble { _ = try open() }
    #expect(problem.what.contains("another process has the file open"))
    #expect(problem.fix?.contains("HDF5_USE_FILE_LOCKING=FALSE") == true)
  }

  @Test("a filter that is missing is named with its number")
  func missingFilter() throws {
    try H5File.write(path) { file in
      try file.root.write("x", [Double](repeating: 1, count: 100), storage: .compressed(chunk: [50]))
    }
    var all = try bytes()
    // A filter message gives the number, the name's length, flags and the number of values before the name.
    let name = try #require(all.range(of: Data("deflate".utf8)))
    all.replaceSubrange(name.lowerBound - 8..<name.lowerBound - 6, with: [0x0F, 0x7D])
    try put(all)
    let dataset = try open().dataset("x")
    let problem = trouble { _ = try dataset.read(Double.self) }
    #expect(problem.what == "uses filter zstd (32015), which is not available")
    #expect(problem.place == "\(path)#/x")
  }

  @Test("a declared size is refused before memory is asked for")
  func sizes() throws {
    try H5File.write(path) { file in
      let storage = H5Storage.compressed(chunk: [1 << 16])
      _ = try file.root.create("vast", element: .float64, shape: [1_000_000_000_000_000], storage: storage)
      _ = try file.root.create(
        "beyond", element: .float64, shape: [1 << 40, 1 << 40], storage: H5Storage(chunk: [1, 1]))
      _ = try file.root.create("empty", element: .uint8, shape: [1 << 32], storage: storage)
      try file.root.write("bomb", [UInt8](repeating: 0, count: 1 << 24), storage: storage)
    }
    let root = try H5File(reading: path, memoryLimit: 1 << 33).root
    #expect(
      trouble { _ = try root.dataset("vast").read(Double.self) }.what.contains("1000000000000000 elements"))
    #expect(trouble { _ = try root.dataset("beyond").read(Double.self) }.what.contains("more than 2^63"))
    #expect(trouble { _ = try root.dataset("empty").read(UInt8.self) }.what.contains("stores only 0 bytes"))
    let small = try H5File(reading: path, memoryLimit: 1 << 20).root
    #expect(
      trouble { _ = try small.dataset("bomb").read(UInt8.self) }.what.contains("memory limit of 1048576"))
    #expect(try small.dataset("bomb").read(UInt8.self, rows: 0..<1000).count == 1000)
    #expect(try root.dataset("bomb").read(UInt8.self).count == 1 << 24)
  }

  @Test("links that lead nowhere, in circles or out of the file")
  func links() throws {
    try H5File.write(path) { file in
      try file.root.write("g/x", [1.0])
      try file.root.softLink("soft", to: "/g/x")
      try file.root.softLink("dangling", to: "/nothing")
      try file.root.softLink("self", to: "/self")
      try file.root.hardLink("g/up", to: "/g")
    }
    let root = try open()
    #expect(try root.dataset("soft").read(Double.self) == [1])
    #expect(try root.dataset("g/up/up/x").read(Double.self) == [1])
    for name in ["dangling", "self", "absent", "g/x/y"] {
      #expect(try !root.exists(name))
      #expect(trouble { _ = try root.dataset(name) }.what == "there is no “\(name)” in this group")
    }
    #expect(trouble { _ = try root.dataset("g") }.what == "is not a dataset")
    #expect(trouble { _ = try root.group("g/x") }.what == "is not a group")
    #expect(try root.links().map(\.name) == ["dangling", "g", "self", "soft"])
    let entries = try root.file.entries()
    #expect(entries.count == 7)
    #expect(entries.first { $0.path == "/g/up" }?.content == .again("/g"))
  }

  @Test("external links are followed only when asked")
  func external() throws {
    try H5File.write(scratch.file("other.h5")) { try $0.root.write("x", [7.0]) }
    try H5File.write(path) { try $0.root.externalLink("out", to: "/x", inFile: "other.h5") }
    let root = try open()
    #expect(try root.links().map(\.kind) == [.external(file: "other.h5", object: "/x")])
    #expect(trouble { _ = try root.dataset("out") }.fix?.contains("--follow-external") == true)
    let following = try H5File(reading: path, followExternal: true).root
    #expect(try following.dataset("out").read(Double.self) == [7])
    // The library itself must refuse a path that only passes through.
    #expect(trouble { _ = try root.dataset("out/further") }.fix?.contains("--follow-external") == true)
  }

  @Test("requests outside the shape, names taken, sizes that disagree")
  func misuse() throws {
    try H5File.write(path) { file in
      try file.root.write("x", [1.0, 2], shape: [2])
      #expect(trouble { try file.root.write("x", [1.0]) }.what.contains("name already exists"))
      #expect(trouble { try file.root.write("y", [1.0], shape: [2]) }.what.contains("1 values"))
      #expect(
        trouble { try file.root.write("z", [1.0], storage: H5Storage(deflate: 4)) }.what.contains("chunk"))
      #expect(trouble { try file.root.createGroup("x/below") }.what.contains("cannot create the group"))
    }
    let x = try open().dataset("x")
    #expect(trouble { _ = try x.read(Double.self, rows: 1..<3) }.what.contains("outside the shape [2]"))
    #expect(trouble { _ = try x.read(Double.self, start: [0, 0], count: [1, 1]) }.what.contains("outside"))
    #expect(trouble { _ = try x.readStrings() }.what == "holds float64, not strings")
    #expect(trouble { _ = try x.readScalar(Double.self) }.what == "holds 2 elements where one is expected")
  }
}
