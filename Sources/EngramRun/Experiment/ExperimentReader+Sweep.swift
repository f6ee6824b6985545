import EngramKit
import Foundation

extension ExperimentReader {
  /// The points of a sweep: every combination of a mapping's lists, or the points of a list one by one.
  func sweepPoints(_ node: Node) -> [[Experiment.SweptValue]] {
    switch node.content {
    case .mapping(let pairs):
      var points: [[Experiment.SweptValue]] = [[]]
      for pair in pairs {
        let values = sweptValues(pair)
        guard points.count * max(1, values.count) <= Self.mostRuns else {
          findings.add("the sweep has more than \(Self.mostRuns) points", at: pair.keyMark)
          return points
        }
        points = points.flatMap { point in
          values.map { point + [Experiment.SweptValue(key: pair.key, value: $0, keyMark: pair.keyMark)] }
        }
      }
      return points
    case .sequence(let items): return items.compactMap(point)
    default:
      findings.add(
        "'sweep' takes a mapping of lists or a list of points, not \(node.inWords)", at: node.mark,
        fix: "write `sweep: { network.chain: [0, 0.02, 0.04] }`")
      return [[]]
    }
  }

  private func point(_ node: Node) -> [Experiment.SweptValue]? {
    guard case .mapping(let pairs) = node.content else {
      findings.add("a sweep point is a mapping, not \(node.inWords)", at: node.mark)
      return nil
    }
    return pairs.compactMap { swept($0.value, $0) }
  }

  private func swept(_ node: Node, _ pair: Node.Pair) -> Experiment.SweptValue? {
    guard let value = Value(node) else {
      findings.add("'\(pair.key)' cannot be swept over \(node.inWords)", at: node.mark)
      return nil
    }
    return Experiment.SweptValue(key: pair.key, value: Marked(value, node.mark), keyMark: pair.keyMark)
  }

  /// A list of values, or `{ from, to, count, spacing }`.
  private func sweptValues(_ pair: Node.Pair) -> [Marked<Value>] {
    switch pair.value.content {
    case .sequence(let items) where !items.isEmpty:
      return items.compactMap { swept($0, pair)?.value }
    case .mapping: return evenValues(pair.value, pair.key)
    default:
      findings.add(
        "the sweep of '\(pair.key)' takes a list, not \(pair.value.inWords)", at: pair.value.mark,
        fix: "write [0, 0.02, 0.04] or { from: 0, to: 1, count: 11 }")
      return []
    }
  }

  private func evenValues(_ node: Node, _ key: String) -> [Marked<Value>] {
    guard
      let fields = Fields(
        node, "the sweep of '\(key)'", known: ["from", "to", "count", "spacing"], findings),
      let from = fields.require("from", fix: "write the first value").flatMap({ fields.number($0, "from") }),
      let to = fields.require("to", fix: "write the last value").flatMap({ fields.number($0, "to") }),
      fields.require("count", fix: "write how many values") != nil,
      let count = fields.integer("count", in: 2...Self.mostRuns)?.value
    else { return [] }
    let spacing = fields.choice("spacing", Spacing.self)?.value ?? .linear
    if spacing == .logarithmic, from <= 0 || to <= 0 {
      findings.add("a logarithmic sweep needs positive ends, not \(from) and \(to)", at: node.mark)
      return []
    }
    return (0..<count).map { i in
      // The ends are exact: a last value of 0.999… would be another experiment.
      let part = Double(i) / Double(count - 1)
      let between =
        spacing == .linear ? from + (to - from) * part : exp(log(from) + (log(to) - log(from)) * part)
      return Marked(.real(i == 0 ? from : i == count - 1 ? to : between), node.mark)
    }
  }

  private enum Spacing: String, CaseIterable { case linear, logarithmic }
}
