import EngramData
import EngramFormats
import EngramKit

extension Command {
  static let inspect = Command(
    name: "inspect",
    summary: "Show what a file holds, or how it differs from another.",
    arguments: [
      Argument(
        name: "FILE", summary: "A file; what is in it is told from its content.", count: .many,
        completes: .files)
    ],
    options: [
      Option(name: "attributes", summary: "Show every attribute too."),
      Option(
        name: "against", value: "FILE", summary: "Compare with this file; exit status 1 when they differ.",
        completes: .files),
      Option(
        name: "tolerance", value: "T",
        summary: "Numbers count as equal up to T times the larger of 1 and their size (default 0)."),
      Option(name: "follow-external", summary: "Follow links to other files."),
      .json,
    ],
    examples: [
      Example("engram inspect recording.h5", "The tree with shapes, types and units."),
      Example("engram inspect a.h5 --against b.h5 --tolerance 1e-9", "What differs between two results."),
      Example("engram inspect recording.h5 --json", "The same for a program, attributes included."),
    ],
    run: inspectFiles)
}

private func inspectFiles(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let tolerance = try invocation.number("tolerance")
  let follow = invocation.has("follow-external")
  if let other = invocation.value("against") {
    guard invocation.words.count == 1 else {
      throw Misuse("'--against' compares one file", fix: "give one FILE before it")
    }
    let comparison = try FileComparison(
      H5File(reading: invocation.words[0], followExternal: follow),
      H5File(reading: other, followExternal: follow), tolerance: tolerance ?? 0)
    return try show(comparison, invocation, other, console)
  }
  if tolerance != nil {
    throw Misuse("'--tolerance' belongs to '--against'", fix: "add --against FILE")
  }
  return try eachFile(invocation.words, invocation.has("json"), console) { path in
    let detection = try detectFormat(path, followExternal: follow)
    guard detection.format.isHDF5 else {
      if !invocation.has("json") {
        let title = detection.format.title
        try console.print("\(console.paint(path, .bold))  \(title), because of \(detection.because)")
      }
      return (true, ["file": .text(path), "format": detection.json])
    }
    return try inspectHDF5(path, detection, invocation, console)
  }.status
}

private func inspectHDF5(
  _ path: String, _ detection: Detection, _ invocation: Invocation, _ console: Console
) throws -> (sound: Bool, facts: JSON) {
  let file = try H5File(reading: path, followExternal: invocation.has("follow-external"))
  let entries = try file.entries()
  var problems = entries.compactMap(\.problem)
  var held: [Holding] = []
  var warnings: [Problem] = []
  var version: SchemaVersion?
  if [.engram, .sonata].contains(detection.format) {
    let layout = try EngramFile(file)
    (version, warnings) = (layout.version, layout.warnings)
    let found = try holdings(layout)
    held = found.list
    problems += found.problems
  }
  for problem in problems + warnings { try console.say(problem.at(path)) }
  if invocation.has("json") {
    let facts: JSON = [
      "file": .text(path), "bytes": file.size.map { .integer($0) } ?? .null, "format": detection.json,
      "layout_version": JSON(version?.description), "holds": .list(held.map(\.json)),
      "entries": .list(entries.map(\.json)),
    ]
    return (problems.isEmpty, facts)
  }
  try console.print(console.paint(path, .bold) + "  " + (file.size.map(byteWords) ?? ""))
  let layout = detection.format.title + (version.map { " \($0)" } ?? "")
  try console.print("  \(layout), because of \(detection.because)")
  var table = TextTable()
  for holding in held { table.add([holding.kind, holding.name, holding.words]) }
  for line in table.lines(indent: "  ") { try console.print(line) }
  for line in treeLines(entries, attributes: invocation.has("attributes")) { try console.print(line) }
  return (problems.isEmpty, .null)
}

extension Detection {
  fileprivate var json: JSON { ["name": .text(format.rawValue), "because": .text(because)] }
}

private func show(
  _ comparison: FileComparison, _ invocation: Invocation, _ other: String, _ console: Console
) throws -> ExitStatus {
  let equal = comparison.differences.isEmpty
  if invocation.has("json") {
    func list(_ items: [FileComparison.Difference]) -> JSON {
      .list(items.map { ["path": .text($0.path), "what": .text($0.what)] })
    }
    let json: JSON = [
      "equal": .flag(equal), "differences": list(comparison.differences), "skipped": list(comparison.skipped),
    ]
    try console.print(json.indented)
  } else {
    var table = TextTable()
    for item in comparison.differences { table.add([item.path, item.what]) }
    for line in table.lines(indent: "") { try console.print(line) }
    for item in comparison.skipped {
      try console.say(Problem("\(item.path): \(item.what)", severity: .warning))
    }
    try console.print(equal ? "Equal." : "\(comparison.differences.count) differences.")
  }
  return equal ? .done : .failed
}
