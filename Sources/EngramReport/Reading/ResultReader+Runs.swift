import EngramData
import EngramKit

extension ResultReader {
  /// The table of an index file: swept values and scalar results of each run; nil when it holds none.
  static func table(_ index: EngramFile) throws -> SweepTable? {
    guard try index.stepNames().contains("runs") else { return nil }
    let objects = try index.objects(of: "runs")
    let reads = objects.map { Dataset($0.name, $0.kind, [], anyUnit: "", optional: true) }
    let places = Dictionary(objects.map { ($0.name, Binding.Place.step(index, "runs", name: $0.name)) }) {
      a, _ in a
    }
    let source = try LayoutSource(reads, places)
    var table = SweepTable(runs: [], swept: [], outputs: [])
    for object in objects {
      let values: [Value] =
        object.kind == .labels
        ? try source.labels(object.name).map(Value.text)
        : try source.numbers(object.name, rows: nil).elements.map(Value.real)
      if object.name == "run" {
        table.runs = values.map { number in
          let text = number.description
          return String(repeating: "0", count: max(0, 4 - text.count)) + text
        }
      } else if object.name.hasPrefix("sweep/") {
        table.swept.append(.init(String(object.name.dropFirst(6)), unit: object.unit ?? "1", values))
      } else {
        table.outputs.append(.init(object.name, unit: object.unit ?? "1", values))
      }
    }
    return table.runs.isEmpty ? nil : table
  }

  /// The scalars of many files with the same steps, a row for each file.
  static func table(_ files: [(name: String, steps: [StepResult])]) -> SweepTable? {
    guard let first = files.first else { return nil }
    var table = SweepTable(runs: files.map(\.name), swept: [], outputs: [])
    for (place, step) in first.steps.enumerated() {
      for result in step.results where result.scalar != nil {
        let values = files.map { file in
          Value.real(file.steps[place].results.first { $0.name == result.name }?.scalar ?? .nan)
        }
        let name = first.steps.count > 1 ? "\(step.name)/\(result.name)" : result.name
        table.outputs.append(.init(name, unit: result.unit, values))
      }
    }
    return table.outputs.isEmpty ? nil : table
  }
}
