import EngramKit

extension ExperimentReader {
  private static let limits: [(key: String, relation: Expectation.Bound.Relation)] = [
    ("above", .above), ("below", .below), ("equals", .equals),
  ]

  func expectation(_ node: Node) -> Expectation? {
    let known =
      ["value", "over", "where", "between"] + Self.limits.map(\.key) + ["published", "source", "title"]
    guard let fields = Fields(node, "the expectation", known: known, findings),
      let value = measured(fields, inheriting: nil)
    else { return nil }
    var bounds = between(fields)
    for (key, relation) in Self.limits {
      guard let node = fields[key], let limit = limit(node, key, fields, value) else { continue }
      bounds.append(Expectation.Bound(relation: relation, limit: limit))
    }
    if bounds.isEmpty, (["between"] + Self.limits.map(\.key)).allSatisfy({ fields[$0] == nil }) {
      findings.add(
        "the expectation of \(value.name) states no bound", at: node.mark,
        fix: "add `between: [low, high]`, `above:`, `below:` or `equals:`")
    }
    return Expectation(
      mark: node.mark, title: fields.text("title")?.value ?? value.name, value: value, bounds: bounds,
      published: fields.value("published")?.value.description, source: fields.text("source")?.value)
  }

  private func between(_ fields: Fields) -> [Expectation.Bound] {
    guard let node = fields["between"] else { return [] }
    guard case .reals(let ends)? = Value(node), ends.count == 2, ends[0] <= ends[1] else {
      return fields.reject(node, "between", "two numbers, the lower first") ?? []
    }
    return [
      Expectation.Bound(relation: .atLeast, limit: .number(ends[0])),
      Expectation.Bound(relation: .atMost, limit: .number(ends[1])),
    ]
  }

  /// A number, another value's name, or `{ value, times, plus, over, where }`.
  private func limit(_ node: Node, _ key: String, _ owner: Fields, _ value: Expectation.Measured)
    -> Expectation.Limit?
  {
    switch node.content {
    case .integer(let number): return .number(Double(number))
    case .real(let number): return .number(number)
    case .text(let text):
      guard var other = measured(text, at: node.mark) else { return nil }
      other.over = value.over
      other.only = value.only
      return .measured(other, times: 1, plus: 0)
    default:
      guard
        let fields = Fields(
          node, "'\(key)' of \(owner.owner)", known: ["value", "times", "plus", "over", "where"], findings),
        let other = measured(fields, inheriting: value)
      else { return nil }
      return .measured(
        other, times: fields["times"].flatMap { fields.number($0, "times") } ?? 1,
        plus: fields["plus"].flatMap { fields.number($0, "plus") } ?? 0)
    }
  }

  private func measured(_ fields: Fields, inheriting: Expectation.Measured?) -> Expectation.Measured? {
    guard fields.require("value", fix: "name what is compared: `value: step/dataset`") != nil,
      let text = fields.text("value"), var result = measured(text.value, at: text.mark)
    else { return nil }
    result.over = fields.choice("over", Expectation.Summary.self)?.value ?? inheriting?.over ?? .median
    result.only = fields["where"].flatMap(sweepPoint) ?? inheriting?.only ?? []
    return result
  }

  private func sweepPoint(_ node: Node) -> [Experiment.SweptValue]? {
    guard case .mapping = node.content else {
      findings.add("'where' takes a mapping of swept values, not \(node.inWords)", at: node.mark)
      return nil
    }
    return sweepPoints(Node(mark: node.mark, content: .sequence([node]))).first
  }

  /// `step/dataset`, with a position in brackets where the dataset has axes.
  private func measured(_ text: String, at mark: Mark) -> Expectation.Measured? {
    var name = text[...]
    var index: [Int] = []
    if let open = name.firstIndex(of: "["), name.last == "]" {
      let inside = name[name.index(after: open)...].dropLast().split(separator: ",")
      let numbers = inside.compactMap { Int($0.filter { $0 != " " }) }
      guard numbers.count == inside.count, !numbers.isEmpty, numbers.allSatisfy({ $0 >= 0 }) else {
        findings.add(
          "'\(text)' has a position that is not a list of whole numbers", at: mark,
          fix: "write step/dataset[0]")
        return nil
      }
      index = numbers
      name = name[..<open]
    }
    guard case .step(let id, let dataset) = Reference(String(name)), !dataset.isEmpty else {
      findings.add("'\(text)' names no result", at: mark, fix: "write step/dataset")
      return nil
    }
    return Expectation.Measured(step: id, dataset: dataset, index: index, over: .median, only: [], mark: mark)
  }
}
