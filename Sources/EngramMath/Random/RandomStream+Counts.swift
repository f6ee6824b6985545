import Glibc

extension RandomStream {
  /// A Poisson count of this mean; below 10 by inversion of one uniform, above by rejection.
  ///
  /// Source: Hörmann (1993) "The transformed rejection method for generating Poisson random variables",
  /// Insurance: Mathematics and Economics 12, 39 (PTRS).
  public mutating func poisson(_ mean: Double) -> Int {
    precondition(mean >= 0 && mean.isFinite, "a Poisson count cannot have the mean \(mean)")
    if mean < 10 {
      return inverted(first: exp(-mean), limit: .max) { mean / Double($0 + 1) }
    }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let acceptance = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let distance = 0.5 - u.magnitude
      let k = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
      if distance >= 0.07, v <= acceptance { return Int(k) }
      if k < 0 || (distance < 0.013 && v > distance) { continue }
      let bound = -mean + k * log(mean) - logFactorial(Int(k))
      if log(v * inverseAlpha / (a / (distance * distance) + b)) <= bound { return Int(k) }
    }
  }

  /// The number of successes among `n` trials of probability `p`; few by inversion, many by rejection.
  ///
  /// Source: Hörmann (1993) "The generation of binomial random variates", J. Stat. Comput. Simul. 46, 101 (BTRS).
  public mutating func binomial(_ n: Int, _ p: Double) -> Int {
    precondition(n >= 0 && p >= 0 && p <= 1, "a binomial count cannot have n \(n) and p \(p)")
    if p > 0.5 { return n - binomial(n, 1 - p) }
    let (size, q) = (Double(n), 1 - p)
    if size * p < 10 {
      return inverted(first: exp(size * log1p(-p)), limit: n) { Double(n - $0) * p / (Double($0 + 1) * q) }
    }
    let spread = (size * p * q).squareRoot()
    let b = 1.15 + 2.53 * spread
    let a = -0.0873 + 0.0248 * b + 0.01 * p
    let acceptance = 0.92 - 4.2 / b
    let alpha = (2.83 + 5.1 / b) * spread
    let mode = Int((size + 1) * p)
    let peak = logFactorial(mode) + logFactorial(n - mode)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let distance = 0.5 - u.magnitude
      let count = ((2 * a / distance + b) * u + size * p + 0.5).rounded(.down)
      if distance >= 0.07, v <= acceptance { return Int(count) }
      if count < 0 || count > size { continue }
      let k = Int(count)
      let bound = peak - logFactorial(k) - logFactorial(n - k) + Double(k - mode) * log(p / q)
      if log(v * alpha / (a / (distance * distance) + b)) <= bound { return k }
    }
  }

  /// Walks up the distribution from `first` = P(0) with `ratio(k)` = P(k + 1) / P(k).
  private mutating func inverted(first: Double, limit: Int, _ ratio: (Int) -> Double) -> Int {
    var (rest, probability, k) = (uniform(), first, 0)
    // Beyond the last term that changes the sum, rounding must not let the walk go on for ever.
    while rest > probability, k < limit, probability > 0 {
      rest -= probability
      probability *= ratio(k)
      k += 1
    }
    return k
  }
}

/// Natural logarithm of `n`!, to 1e-15 relative; `n` must not be negative.
public func logFactorial(_ n: Int) -> Double {
  if n < 2 { return 0 }
  if n < 16 { return log((2...n).reduce(1.0) { $0 * Double($1) }) }
  let x = Double(n)
  let square = x * x
  let series = (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - 1 / (1680 * square)) / square) / square) / x
  return (x + 0.5) * log(x) - x + 0.918_938_533_204_672_74 + series
}
