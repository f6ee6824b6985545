import EngramKit

/// Independent chains of a reservoir-sampler network: their read-outs, and the reservoirs where these are advanced.
public struct ReservoirChains: Sendable {
  /// A reservoir whose every unit is advanced.
  private struct Full: Sendable {
    /// Noise matrix Sigma = W1' (W1 W1')^-1, transposed: [output, reservoir].
    var noise: Matrix
    /// Recurrent weights that are not W2 W1; nil where the two factors serve.
    var recurrent: Matrix?
    /// Rates of every chain; shape [chain, reservoir].
    var rates: Matrix
  }

  private let score: ReservoirScore
  private let skew: Double
  private let table: PiecewiseLinear?
  private var full: Full?
  /// Whether `caveats` has still to look at the read-out, and at chains that are lost.
  private var (mayLackInverse, mayLose) = (true, true)
  /// x = W1 r of every chain; shape [chain, output].
  public private(set) var readouts: Matrix

  /// Chains whose read-outs alone are advanced, from `start` [chain, output].
  init(_ score: ReservoirScore, readouts start: Matrix, skew: Double) throws {
    guard skew == 0 || score.w1.rows == 2 else {
      throw Problem("a rotation of the drift needs 2 outputs, not \(score.w1.rows)", fix: "set `skew: 0`")
    }
    (self.score, self.skew, full, readouts) = (score, skew, nil, start)
    table = score.table
  }

  /// Chains whose reservoirs are advanced, from `rates` [chain, reservoir] or, without them, from `start`.
  ///
  /// - Throws: `Problem` naming the condition number when W1 has not full rank.
  init(_ score: ReservoirScore, reservoirs rates: Matrix?, start: Matrix, recurrent: Matrix?) throws {
    let noise = try ReservoirScore.inverse(score.w1)
    let rates = try rates ?? multiply(start, noise)
    (self.score, skew, table) = (score, 0, nil)
    full = Full(noise: noise, recurrent: recurrent, rates: rates)
    readouts = try multiply(rates, score.w1, transposeB: true)
  }

  /// Rates [chain, reservoir] and noise matrix Sigma [reservoir, output], where reservoirs are advanced.
  public var reservoir: (rates: Matrix, noise: Matrix)? {
    full.map { ($0.rates, $0.noise.transposed()) }
  }

  /// What of the theory does not hold for these chains, each sentence once: a read-out that no reservoir samples
  /// exactly, and chains that the drift has not confined.
  mutating func caveats() throws -> [String] {
    var found: [String] = []
    if mayLackInverse, full == nil {
      found += [try ReservoirScore.missingInverse(score.w1)].compactMap(\.self)
    }
    mayLackInverse = false
    let lost = (0..<readouts.rows).count { !readouts.row($0).allSatisfy(\.isFinite) }
    if mayLose, lost > 0 {
      found.append(
        "\(lost) of \(readouts.rows) chains are not finite: the drift does not confine them, so that no density exists, or dt is too large"
      )
      mayLose = false
    }
    return found
  }

  /// One Euler-Maruyama step with the given standard normal numbers [chain, output].
  public mutating func step(_ dt: Double, noise xi: Matrix) throws {
    let spread = (2 * dt).squareRoot()
    if let table {
      table.move(&readouts.elements, dt: dt, spread: spread, noise: xi.elements)
    } else if full != nil {
      try stepReservoirs(dt, spread, xi)
    } else {
      let drift = try score.drift(readouts)
      for chain in 0..<readouts.rows {
        for k in 0..<readouts.columns {
          let turned = skew == 0 ? 0 : (k == 0 ? skew * drift[chain, 1] : -skew * drift[chain, 0])
          readouts[chain, k] += dt * (drift[chain, k] + turned) + spread * xi[chain, k]
        }
      }
    }
  }

  private mutating func stepReservoirs(_ dt: Double, _ spread: Double, _ xi: Matrix) throws {
    guard var now = full else { return }
    full = nil  // one owner, so that the rates change in place
    var arguments = try now.recurrent.map { try multiply(now.rates, $0, transposeB: true) }
    arguments?.add(row: score.bias)
    let targets = try (arguments ?? score.arguments(readouts)).passed(through: score.activation.function)
    let kicks = try multiply(xi, now.noise)
    for i in now.rates.elements.indices {
      now.rates.elements[i] += dt * (targets.elements[i] - now.rates.elements[i]) + spread * kicks.elements[i]
    }
    readouts = try multiply(now.rates, score.w1, transposeB: true)
    full = now
  }
}
