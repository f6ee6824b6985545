import EngramData
import EngramKit
import Foundation

/// Reads what one step left in a file.
struct StepReader {
  let file: EngramFile
  /// What the registry says of a plugin; nil where it is not known here.
  let describe: (String) -> Description?

  /// Numbers of one dataset that are read for a table at most.
  private static let most = 100_000

  /// The step `id`.
  func step(_ id: String, command: Command?) throws -> StepResult {
    let info = try file.step(id)
    let description = describe(info.plugin)
    var step = StepResult(
      name: id, plugin: info.plugin, kind: description?.kind.rawValue ?? "step", version: info.version,
      summary: description?.summary ?? "", reference: description?.reference ?? "")
    step.seed = "\(info.seed)"
    step.notes = info.notes
    step.parameters = Self.parameters(info.parameters, description)
    let inputs = try recorded(info.inputs, step: id)
    step.inputs = inputs.compactMap { input in
      input.file.map { InputFile(path: $0, sha256: input.sha256 ?? "", dataset: input.dataset) }
    }
    let order = description?.writes.map(\.name) ?? []
    let objects = try file.objects(of: id).enumerated().sorted { a, b in
      let places = [a, b].map { order.firstIndex(of: $0.element.name) ?? order.count + $0.offset }
      return places[0] < places[1]
    }.map(\.element)
    try add(objects, to: &step, declared: info.figures) { .step(file, id, name: $0.name) }
    step.command = command?.text(info, step, inputs.first { $0.file != nil }?.file)
    return step
  }

  /// What is stored in a file that no step wrote.
  func contents(name: String) throws -> StepResult {
    let title =
      try file.h5.root.exists("engram") ? file.h5.root.group("engram").attributes.string("title") : nil
    var step = StepResult(
      name: name, plugin: name, kind: "stored data", version: file.version?.description ?? "",
      summary: title ?? "")
    try add(try file.objects(), to: &step, declared: []) { .object(file, $0.path) }
    step.inputs = [
      InputFile(
        path: (file.path as NSString).lastPathComponent, sha256: try sha256(ofFile: file.path), dataset: "")
    ]
    return step
  }

  private func add(
    _ objects: [StoredObject], to step: inout StepResult, declared: [Figure],
    place: (StoredObject) -> Binding.Place
  ) throws {
    var unique: [StoredObject] = []
    for object in objects where !unique.contains(where: { $0.name == object.name }) { unique.append(object) }
    // Axes and units are the file's own here: nothing is asked for, everything is shown as it is.
    let reads = unique.map { Dataset($0.name, $0.kind, [], anyUnit: "", optional: true) }
    let places = Dictionary(unique.map { ($0.name, place($0)) }) { first, _ in first }
    let source = try LayoutSource(reads, places)
    let drawn = Set(declared.flatMap { $0.layers.flatMap(\.datasets) })
    let automatic = try AutomaticFigures(unique, source, drawn: drawn)
    step.figures = declared + automatic.figures
    step.source = Inputs(CombinedSource(source, made: automatic.made))
    step.weights = Set(unique.filter { $0.kind == .connectivity }.map(\.name))
    step.notes += automatic.notes
    step.results = try unique.map { try entry($0, source) }
  }

  private func entry(_ object: StoredObject, _ source: LayoutSource) throws -> ResultEntry {
    let count = object.shape.reduce(1) { $0 * max($1, 0) }
    let content: ResultEntry.Content
    switch object.kind {
    case .labels where count <= Self.most: content = .labels(try source.labels(object.name))
    case .connectivity where object.shape.allSatisfy { $0 <= 16 }:
      content = .numbers(try source.numbers(object.name, rows: nil))
    case .array where count <= Self.most, .history where count <= Self.most, .trace where count <= Self.most,
      .rate where count <= Self.most:
      content = .numbers(try source.numbers(object.name, rows: nil))
    default: content = .large(object.shape)
    }
    return ResultEntry(
      object.name, axes: object.axes ?? [], unit: object.unit ?? "1", summary: try object.doc() ?? "", content
    )
  }

  private static func parameters(_ values: [String: Value], _ description: Description?) -> [ParameterRow] {
    let order = description?.parameters.map(\.name) ?? []
    let names = values.keys.sorted { a, b in
      let places = [a, b].map { order.firstIndex(of: $0) ?? order.count }
      return places[0] == places[1] ? a < b : places[0] < places[1]
    }
    return names.compactMap { name in
      guard let value = values[name] else { return nil }
      let known = description?.parameters.first { $0.name == name }
      return ParameterRow(
        name, value.description, unit: known?.unit ?? "1",
        isDefault: known.map { isSame($0.standard, value) },
        summary: known?.summary ?? "")
    }
  }

  /// Whether two values are the same number or word: a whole real number comes back from a file as an integer.
  static func isSame(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.real(let x), .integer(let y)), (.integer(let y), .real(let x)): x == Double(y)
    default: a == b
    }
  }

  /// One input as the step's attribute holds it.
  struct RecordedInput: Decodable {
    var dataset: String
    var file: String?
    var object: String
    var sha256: String?
  }

  private func recorded(_ text: String, step: String) throws -> [RecordedInput] {
    do {
      return try JSONDecoder().decode([RecordedInput].self, from: Data(text.utf8))
    } catch {
      throw Problem("the inputs of step '\(step)' cannot be understood: \(error)", at: file.path)
    }
  }
}
