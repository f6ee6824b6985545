import EngramKit

/// Collects what is wrong, so that a user reads everything at once.
final class Findings {
  private(set) var list: [Problem] = []

  func add(_ what: String, at mark: Mark, fix: String? = nil) {
    list.append(Problem(what, at: "\(mark)", fix: fix))
  }

  func add(_ error: any Error, at mark: Mark) {
    if let many = error as? Problems {
      list += many.list.map { $0.at("\(mark)") }
    } else {
      list.append(problem(error, at: "\(mark)"))
    }
  }
}

/// The keys of a mapping, each taken with the type it must have; what is wrong goes to the findings.
struct Fields {
  let pairs: [Node.Pair]
  let mark: Mark
  /// What the mapping is, for sentences: `step 'train'`.
  let owner: String
  private let findings: Findings

  /// The mapping in `node`; nil, with a finding, when it is none. Keys beyond `known` are findings.
  init?(_ node: Node, _ owner: String, known: [String], _ findings: Findings) {
    guard case .mapping(let pairs) = node.content else {
      findings.add(
        "\(owner) must be a mapping, not \(node.inWords)", at: node.mark, fix: "write `key: value` lines")
      return nil
    }
    self.pairs = pairs
    self.mark = node.mark
    self.owner = owner
    self.findings = findings
    for pair in pairs where !known.contains(pair.key) {
      let near = nearestName(to: pair.key, among: known).map { "did you mean '\($0)'? " } ?? ""
      findings.add(
        "\(owner) has no key '\(pair.key)'", at: pair.keyMark,
        fix: near + "allowed: " + known.joined(separator: ", "))
    }
  }

  subscript(_ key: String) -> Node? { pairs.first { $0.key == key }?.value }

  func require(_ key: String, fix: String) -> Node? {
    if let node = self[key] { return node }
    findings.add("\(owner) lacks '\(key)'", at: mark, fix: fix)
    return nil
  }

  func text(_ key: String) -> Marked<String>? {
    guard let node = self[key] else { return nil }
    return text(node, key)
  }

  func text(_ node: Node, _ key: String) -> Marked<String>? {
    guard case .text(let text) = node.content, !text.isEmpty else {
      return reject(node, key, "text")
    }
    return Marked(text, node.mark)
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Marked<Int>? {
    guard let node = self[key] else { return nil }
    guard case .integer(let number) = node.content else { return reject(node, key, "a whole number") }
    guard range.contains(number) else {
      let limit = number < range.lowerBound ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
      findings.add("'\(key)' of \(owner) is \(number); it must be \(limit)", at: node.mark)
      return nil
    }
    return Marked(number, node.mark)
  }

  func number(_ node: Node, _ key: String) -> Double? {
    switch node.content {
    case .integer(let number): return Double(number)
    case .real(let number): return number
    default: return reject(node, key, "a number")
    }
  }

  func value(_ key: String) -> Marked<Value>? {
    guard let node = self[key] else { return nil }
    return value(node, key)
  }

  func value(_ node: Node, _ key: String) -> Marked<Value>? {
    if let value = Value(node) { return Marked(value, node.mark) }
    return reject(node, key, "a number, a word, or a list of numbers")
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(_ key: String, _ type: Choice.Type)
    -> Marked<Choice>?
  {
    guard let word = text(key) else { return nil }
    if let choice = Choice(rawValue: word.value) { return Marked(choice, word.mark) }
    let words = Choice.allCases.map(\.rawValue)
    let near = nearestName(to: word.value, among: words).map { "did you mean '\($0)'? " } ?? ""
    findings.add(
      "'\(word.value)' is no choice for '\(key)' of \(owner)", at: word.mark,
      fix: near + "allowed: " + words.joined(separator: ", "))
    return nil
  }

  func list(_ key: String) -> [Node] {
    guard let node = self[key] else { return [] }
    if case .sequence(let items) = node.content { return items }
    return reject(node, key, "a list") ?? []
  }

  /// Records that `node` is not what `key` takes; the value is then nil.
  func reject<T>(_ node: Node, _ key: String, _ wanted: String) -> T? {
    findings.add("'\(key)' of \(owner) takes \(wanted), not \(node.inWords)", at: node.mark)
    return nil
  }
}

extension Value {
  /// The value of a node; nested lists of numbers are taken row by row; nil for anything else.
  init?(_ node: Node) {
    switch node.content {
    case .flag(let flag): self = .flag(flag)
    case .integer(let number): self = .integer(number)
    case .real(let number): self = .real(number)
    case .text(let text): self = .text(text)
    case .sequence(let items):
      var numbers: [Double] = []
      for item in items {
        switch Value(item) {
        case .integer(let number): numbers.append(Double(number))
        case .real(let number): numbers.append(number)
        case .reals(let row): numbers += row
        default: return nil
        }
      }
      self = .reals(numbers)
    case .null, .mapping: return nil
    }
  }
}
