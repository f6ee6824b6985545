import EngramKit

extension H5Value {
  /// The value as `inspect` shows it: one value bare, several in brackets, at most `limit` of them.
  public func words(limit: Int) -> String {
    func list(_ count: Int, _ one: (Int) -> String) -> String {
      if count == 1 { return one(0) }
      let shown = (0..<min(count, limit)).map(one).joined(separator: ", ")
      return "[" + shown + (count > limit ? ", … \(count) in all]" : "]")
    }
    switch self {
    case .integers(let all, _): return list(all.count) { "\(all[$0])" }
    case .unsigned(let all, _): return list(all.count) { "\(all[$0])" }
    case .floats(let all, _): return list(all.count) { shortest(all[$0]) }
    case .strings(let all, _): return list(all.count) { "'\(all[$0])'" }
    case .names(let all, _): return list(all.count) { all[$0] }
    case .references(let all, _): return list(all.count) { "→ \(all[$0])" }
    case .empty(let type): return "empty (\(type))"
    case .other(let type): return type
    }
  }

  /// Equality, numbers within a tolerance (see `FileComparison`), text whatever its stored kind.
  func isEqual(to other: H5Value, within tolerance: Double) -> Bool {
    if self == other { return true }
    switch (self, other) {
    case (.strings(let a, let shape), .names(let b, let its)),
      (.names(let a, let shape), .strings(let b, let its)):
      return a == b && shape == its
    default:
      guard let (a, shape) = numbers, let (b, its) = other.numbers, shape == its else { return false }
      return zip(a, b).allSatisfy { excess($0, $1, tolerance) <= 0 }
    }
  }

  private var numbers: ([Double], [Int])? {
    switch self {
    case .integers(let all, let shape): (all.map { Double($0) }, shape)
    case .unsigned(let all, let shape): (all.map { Double($0) }, shape)
    case .floats(let all, let shape): (all, shape)
    default: nil
    }
  }
}
