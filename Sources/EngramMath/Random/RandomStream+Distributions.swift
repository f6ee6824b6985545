import Glibc

extension RandomStream {
  /// A standard normal number: the quantile of one uniform, so that each takes exactly one 64-bit draw.
  public mutating func normal() -> Double { normalQuantile(uniform()) }

  /// A normal number of this mean and standard deviation.
  public mutating func normal(mean: Double, sd: Double) -> Double { mean + sd * normal() }

  /// An exponential number of mean 1.
  public mutating func exponential() -> Double { -log(uniform()) }

  /// -1 or +1 with equal probability.
  public mutating func sign() -> Double { next32() & 1 == 0 ? -1 : 1 }

  /// True with probability `p`.
  public mutating func bernoulli(_ p: Double) -> Bool { uniform() < p }

  /// An integer in 0..<`n`, each equally likely; `n` must be positive.
  ///
  /// Source: Lemire (2019) "Fast random integer generation in an interval", ACM TOMACS 29, 3.
  public mutating func below(_ n: Int) -> Int {
    precondition(n > 0, "an integer below \(n) does not exist")
    let bound = UInt64(n)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Puts `items` in random order, every order equally likely (Fisher-Yates).
  public mutating func shuffle<Item>(_ items: inout [Item]) {
    guard items.count > 1 else { return }
    for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, below(last + 1)) }
  }

  /// 0..<`n` in random order.
  public mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<n)
    shuffle(&order)
    return order
  }

  /// `count` different numbers of 0..<`n` in random order; `count` must not exceed `n`.
  public mutating func choose(_ count: Int, of n: Int) -> [Int] {
    precondition(count <= n, "\(count) different numbers below \(n) do not exist")
    var order = Array(0..<n)
    for i in 0..<count { order.swapAt(i, i + below(n - i)) }
    return Array(order[..<count])
  }
}
