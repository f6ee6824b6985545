import EngramData
import EngramKit
import Foundation
import Testing

@Suite("Files appear complete or not at all")
struct AtomicFileTests {
  private struct Interruption: Error {}

  @Test("an error leaves the old file and nothing else")
  func failure() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    try H5File.write(path) { try $0.root.write("x", [1.0]) }
    #expect(throws: Interruption.self) {
      try H5File.write(path) { file in
        try file.root.write("x", [2.0])
        #expect(try scratch.names == ["a.h5", "a.h5.partial-\(getpid())"])
        throw Interruption()
      }
    }
    #expect(try scratch.names == ["a.h5"])
    #expect(try H5File(reading: path).root.dataset("x").read(Double.self) == [1])
  }

  @Test("a file that is dropped without commit leaves nothing")
  func dropped() throws {
    let scratch = try Scratch()
    do { _ = try H5File(creating: scratch.file("a.h5")) }
    #expect(try scratch.names.isEmpty)
  }

  @Test("an append works on a copy until it is committed")
  func append() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    try H5File.write(path) { file in
      try file.root.write("log", strings: ["one"], maxShape: [nil], storage: H5Storage(chunk: [64]))
    }
    let file = try H5File(creating: path, copying: path)
    var log = try file.root.dataset("log")
    try log.append(strings: ["two", "three"])
    #expect(try H5File(reading: path).root.dataset("log").readStrings() == ["one"])
    try file.commit()
    #expect(try H5File(reading: path).root.dataset("log").readStrings() == ["one", "two", "three"])
    #expect(try scratch.names == ["a.h5"])
  }

  @Test("a directory that does not exist is named")
  func noDirectory() throws {
    let scratch = try Scratch()
    let path = scratch.file("absent/a.h5")
    do {
      try H5File.write(path) { try $0.root.write("x", [1.0]) }
      Issue.record("the file cannot have been written")
    } catch let problem as Problem {
      #expect(problem.what == "cannot create the file: No such file or directory")
      #expect(problem.place == path)
    }
  }

  @Test("only what dead processes left is swept")
  func sweep() throws {
    let scratch = try Scratch()
    let dead = Process()
    dead.executableURL = URL(fileURLWithPath: "/bin/true")
    try dead.run()
    dead.waitUntilExit()
    let kept = ["a.h5", "a.h5.partial-\(getpid())", "b.partial-x"]
    for name in kept + ["a.h5.partial-\(dead.processIdentifier)"] {
      try Data([1]).write(to: URL(fileURLWithPath: scratch.file(name)))
    }
    #expect(try sweepPartialFiles(in: scratch.path) == ["a.h5.partial-\(dead.processIdentifier)"])
    #expect(try scratch.names == kept)
  }
}
