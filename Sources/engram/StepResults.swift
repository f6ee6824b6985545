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
    for object in objects where !object.isScalar { lines += try block(object) }
    lines += step.notes.map { "  note: \($0)" }
    return lines + ["Written: \(path)"]
  }

  private func block(_ object: StoredObject) throws -> [String] {
    let shape =
      object.axes.map { zip($0, object.shape).map { "\($0) \($1)" } } ?? object.shape.map(String.init)
    let unit = object.unit.map { $0 == "1" ? "" : " \($0)" } ?? ""
    let title = "  \(object.name)\(unit) [\(shape.joined(separator: ", "))]"
    guard object.shape.allSatisfy({ $0 <= screenLimit }), object.shape.count <= 2,
      object.shape.reduce(1, *) > 0
    else { return [title + "  in the file"] }
    if object.kind == .labels { return [title + "  " + (try object.labels()).joined(separator: ", ")] }
    guard [.array, .history].contains(object.kind) else { return [title + "  in the file"] }
    let values = try object.numbers(rows: nil)
    let columns = values.rank == 2 ? values.columns : 1
    let heads = try values.rank == 2 ? labels(object, axis: 1) : nil
    let rows = try labels(object, axis: 0)
    var table = TextTable(rightAligned: Set(1...columns))
    if let heads { table.add([""] + heads) }
    for row in 0..<values.rows { table.add([rows?[row] ?? "\(row)"] + values.row(row).map(significant)) }
    return [title] + table.lines(indent: "    ")
  }

  /// The words along an axis: a list of labels of the same results with that axis.
  private func labels(_ object: StoredObject, axis: Int) throws -> [String]? {
    guard let symbol = object.axes?[axis] else { return nil }
    let names = objects.first {
      $0.kind == .labels && $0.axes == [symbol] && $0.shape == [object.shape[axis]]
    }
    return try names?.labels()
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

/// Axes longer than this are left to the file.
private let screenLimit = 12

/// One row for each file, one column for each scalar.
func scalarTable(_ results: [StepResults]) throws -> [String] {
  guard let first = results.first else { return [] }
  let heads = try first.scalars().prefix(screenLimit).map {
    $0.unit == "1" ? $0.name : "\($0.name) (\($0.unit))"
  }
  var table = TextTable(rightAligned: Set(1..<heads.count + 1))
  table.add(["file"] + heads)
  for result in results {
    table.add([result.input] + (try result.scalars().prefix(screenLimit).map { significant($0.value) }))
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
