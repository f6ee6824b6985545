import EngramData
import EngramKit
import EngramPlugins
import EngramRun
import Foundation

/// The built-in plugins and the tests' own.
func testRegistry() throws -> Registry {
  try Registry(
    catalogue + [
      Entry(TestGrowth.self), Entry(TestPoints.self), Entry(TestLine.self), Entry(TestSlope.self),
      Entry(TestSpread.self), Entry(TestDistance.self), Entry(TestTogether.self),
    ])
}

/// A folder of its own, removed at the end.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory.path + "/engram-run-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer {
    do { try FileManager.default.removeItem(atPath: folder) } catch { print("left behind: \(folder)") }
  }
  return try body(folder)
}

func write(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// The file of the tests' own folder.
func golden(_ name: String, file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().path + "/Golden/" + name
}

/// Numbers of a result file.
func numbers(_ path: String, _ object: String) throws -> [Double] {
  let file = try EngramFile(reading: path)
  let declared = Dataset("it", .array, [], anyUnit: "")
  let source = try LayoutSource([declared], ["it": .object(file, object)])
  return try source.numbers("it", rows: nil).elements
}

/// The problems that a body throws.
func problems(_ body: () throws -> Void) -> [Problem] {
  do {
    try body()
    return []
  } catch let many as Problems {
    return many.list
  } catch let one as Problem {
    return [one]
  } catch {
    return [Problem("\(error)")]
  }
}
