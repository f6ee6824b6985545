import EngramData
import EngramKit

/// What an analysis wrote about one file, read back from its result file.
struct StepResults {
  let input: String
  let path: String
  let step: StepInfo
  let objects: [StoredObject]

  init(of analysis: String, input: String, in path: String) throws {
    let file = try EngramFile(reading: path)
    self.input = input
    self.path = path
    step = try file.step(analysis)
    objects = try file.objects(of: analysis)
  }

  /// The scalars by name, in order, with their units.
  func scalars() throws -> [(name: String, unit: String, value: Double)] {
    try objects.filter(\.isScalar).map { ($0.name, $0.unit ?? "1", try $0.numbers(rows: nil)[0]) }
  }

  /// For people: scalars first, then what fits on a screen, then what the file holds besides.
  func lines(_ console: Console) throws -> [String] {
    var lines = ["\(console.paint(step.plugin, .bold)) of \(input)"]
    var table = TextTable()
    for scalar in try scalars() {
      table.add([scalar.name, significant(scalar.value), scalar.unit == "1" ? "" : scalar.unit])
    }
    lines += table.lines()
    var used: Set<String> = []
    let blocks = try objects.filter { !$0.isScalar && $0.kind != .labels }.map { try block($0, &used) }
    for object in objects where object.kind == .labels && !used.contains(object.name) {
      lines += try list(object)
    }
    lines += blocks.joined()
    lines += step.notes.map { "  note: \($0)" }
    return lines + ["Written: \(path)"]
  }

  private func title(_ object: StoredObject) -> String {
    let shape =
      object.axes.map { zip($0, object.shape).map { "\($0) \($1)" } } ?? object.shape.map(String.init)
    let unit = object.unit.map { $0 == "1" ? "" : " in \($0)" } ?? ""
    return "  \(object.name)\(unit) [\(shape.joined(separator: ", "))]"
  }

  private func list(_ labels: StoredObject) throws -> [String] {
    guard labels.shape.reduce(1, *) <= rowLimit else { return [title(labels) + "  in the file"] }
    return [title(labels) + "  " + (try labels.labels()).joined(separator: ", ")]
  }

  /// Numbers with the words of their axes where the results name them; `used` gets the names of those words.
  private func block(_ object: StoredObject, _ used: inout Set<String>) throws -> [String] {
    let fits =
      object.shape.first ?? 1 <= rowLimit && object.shape.dropFirst().allSatisfy { $0 <= columnLimit }
    guard fits, object.shape.count <= 2, !object.shape.contains(0), [.array, .history].contains(object.kind)
    else {
      return [title(object) + "  in the file"]
    }
    let values = try object.numbers(rows: nil)
    let rows = try words(object, axis: 0, &used)
    let heads = try values.rank == 2 ? words(object, axis: 1, &used) : nil
    var table = TextTable(rightAligned: Set(1...(values.rank == 2 ? values.columns : 1)))
    if let heads { table.add([""] + heads) }
    for row in 0..<values.rows { table.add([rows?[row] ?? "\(row)"] + values.row(row).map(significant)) }
    return [title(object)] + table.lines(indent: "    ")
  }

  /// The words along an axis: labels of the same results that name it, else the only ones of its length.
  private func words(_ object: StoredObject, axis: Int, _ used: inout Set<String>) throws -> [String]? {
    let fitting = objects.filter { $0.kind == .labels && $0.shape == [object.shape[axis]] }
    let named = wordsIndex(
      along: object.axes?[axis], among: fitting.map { ($0.name, $0.axes?.first) })
    guard let labels = named.map({ fitting[$0] }) ?? (fitting.count == 1 ? fitting[0] : nil) else {
      return nil
    }
    used.insert(labels.name)
    return try labels.labels()
  }

  /// For a program: every number, but for weights and spikes and what has more than 100,000 elements.
  var json: JSON {
    get throws {
      var values: [String: JSON] = [:]
      for object in objects {
        values[object.name] = [
          "unit": JSON(object.unit), "shape": JSON(object.shape),
          "axes": object.axes.map { JSON($0) } ?? .null,
          "kind": .text(object.kind.rawValue), "value": try value(object),
        ]
      }
      return [
        "file": .text(input), "analysis": .text(step.plugin), "result": .text(path),
        "parameters": .object(step.parameters.mapValues { JSON($0) }), "notes": JSON(step.notes),
        "seed": .text("\(step.seed)"), "values": .object(values),
      ]
    }
  }

  private func value(_ object: StoredObject) throws -> JSON {
    if object.kind == .labels { return JSON(try object.labels()) }
    guard ![.connectivity, .spikes].contains(object.kind), object.shape.reduce(1, *) <= 100_000 else {
      return .null
    }
    let numbers = try object.numbers(rows: nil)
    return nested(numbers.elements[...], numbers.shape[...])
  }
}

/// What is longer or wider than this is left to the file.
private let rowLimit = 40
private let columnLimit = 12

/// One row for each file: its scalars, and where all its results are.
func scalarTable(_ results: [StepResults]) throws -> [String] {
  guard let first = results.first else { return [] }
  let heads = try first.scalars().prefix(columnLimit).map {
    $0.unit == "1" ? $0.name : "\($0.name) (\($0.unit))"
  }
  var table = TextTable(rightAligned: Set((0..<heads.count).map { $0 + 1 }))
  table.add(["file"] + heads + ["written"])
  for result in results {
    let values = try result.scalars().prefix(columnLimit).map { significant($0.value) }
    table.add([result.input] + values + [result.path])
  }
  return table.lines(indent: "")
}

private func nested(_ elements: ArraySlice<Double>, _ shape: ArraySlice<Int>) -> JSON {
  guard let length = shape.first else { return elements.first.map { .real($0) } ?? .null }
  if shape.count == 1 { return JSON(Array(elements)) }
  let stride = elements.count / max(1, length)
  return .list(
    (0..<length).map { row in
      let start = elements.startIndex + row * stride
      return nested(elements[start..<start + stride], shape.dropFirst())
    })
}

extension StoredObject {
  fileprivate var isScalar: Bool { kind == .array && shape.isEmpty }
}
