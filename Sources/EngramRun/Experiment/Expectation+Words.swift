import EngramKit

extension Expectation {
  /// The whole statement: `median of auc/bptt between 0.1 and 0.3`.
  var sentence: String { "\(value.words) \(boundWords)" }

  /// What the value must be: `between 0.1 and 0.3`, `below median of auc/modprop`.
  var boundWords: String {
    if bounds.count == 2, bounds[0].relation == .atLeast, bounds[1].relation == .atMost {
      return "between \(bounds[0].limit.words) and \(bounds[1].limit.words)"
    }
    return bounds.map { "\($0.relation.words) \($0.limit.words)" }.joined(separator: " and ")
  }
}

extension Expectation.Measured {
  /// `median of auc/bptt where network.chain = 0.02`.
  var words: String {
    let condition = only.map { "\($0.key) = \($0.value.value)" }.joined(separator: ", ")
    return "\(over.rawValue) of \(name)" + (condition.isEmpty ? "" : " where \(condition)")
  }
}

extension Expectation.Bound.Relation {
  var words: String {
    switch self {
    case .above: "above"
    case .below: "below"
    case .atLeast: "at least"
    case .atMost: "at most"
    case .equals: "equal to"
    }
  }
}

extension Expectation.Limit {
  var words: String {
    switch self {
    case .number(let number): return shortest(number)
    case .measured(let other, let times, let plus):
      let factor = times == 1 ? "" : "\(shortest(times)) × "
      let constant = plus == 0 ? "" : plus > 0 ? " + \(shortest(plus))" : " - \(shortest(-plus))"
      return factor + other.words + constant
    }
  }
}
