import EngramKit

/// A Hebbian network of random patterns, through its patterns alone: W = (1/N) sum of outer products, no self-connection.
struct HebbianMemory {
  private let units: Int
  private let count: Int
  /// Pattern values by unit, so that one flip touches consecutive numbers; shape [unit, pattern].
  private let byUnit: [Double]

  init(units: Int, patterns: Int, _ random: inout RandomStream) {
    self.units = units
    count = patterns
    byUnit = (0..<units * patterns).map { _ in random.sign() }
  }

  func pattern(_ number: Int) -> [Double] { (0..<units).map { byUnit[$0 * count + number] } }

  func overlap(_ state: [Double], _ number: Int) -> Double {
    (0..<units).reduce(0) { $0 + state[$1] * byUnit[$1 * count + number] } / Double(units)
  }

  /// Units whose field points away from their state.
  func misaligned(_ state: [Double]) -> Int {
    let sums = sums(state)
    return (0..<units).count { field($0, state, sums) * state[$0] < 0 }
  }

  /// The fixed point reached by sequential sweeps.
  func relaxed(_ start: [Double]) -> [Double] {
    var state = start
    var sums = sums(state)
    var flips = 1
    while flips > 0 {
      flips = 0
      for i in 0..<units {
        let field = field(i, state, sums)
        guard field != 0, (field > 0) != (state[i] > 0) else { continue }
        for m in 0..<count { sums[m] -= 2 * byUnit[i * count + m] * state[i] }
        state[i] *= -1
        flips += 1
      }
    }
    return state
  }

  /// N times the overlap with every pattern.
  private func sums(_ state: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    for i in 0..<units { for m in 0..<count { result[m] += byUnit[i * count + m] * state[i] } }
    return result
  }

  /// N times the field: pattern values times sums, less the unit's own share.
  private func field(_ i: Int, _ state: [Double], _ sums: [Double]) -> Double {
    var result = -Double(count) * state[i]
    for m in 0..<count { result += byUnit[i * count + m] * sums[m] }
    return result
  }
}
