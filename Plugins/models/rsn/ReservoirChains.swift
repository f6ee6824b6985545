import EngramKit

/// Independent chains of a reservoir-sampler network: their read-outs, and the reservoirs where these are advanced.
public struct ReservoirChains: Sendable {
  private let score: ReservoirScore
  private let skew: Double
  /// Noise matrix Sigma = W1' (W1 W1')^-1, transposed: [output, reservoir]. Nil where read-outs are advanced.
  private let noise: Matrix?
  private let recurrent: Matrix?
  private var rates: Matrix?
  /// x = W1 r of every chain; shape [chain, output].
  public private(set) var readouts: Matrix

  /// - Throws: `Problem` naming the condition number when W1 has not full rank.
  init(_ score: ReservoirScore, _ start: Matrix, _ simulation: Rsn.Simulation, skew: Double) throws {
    self.score = score
    self.skew = skew
    guard skew == 0 || (score.w1.rows == 2 && simulation == .readout) else {
      throw Problem(
        "a rotation of the drift is for two outputs and the read-out's dynamics", fix: "set `skew: 0`")
    }
    guard simulation == .reservoir else {
      (readouts, noise, recurrent, rates) = (start, nil, nil, nil)
      return
    }
    let gram = try multiply(score.w1, score.w1, transposeB: true)
    let factor: Cholesky
    do {
      factor = try Cholesky(gram, conditionLimit: 1e12)
    } catch {
      throw Problem(
        "the read-out has no right inverse, so the reservoir is no exact sampler: \(error)",
        fix: "train with fewer outputs or more units, or simulate the read-out")
    }
    let inverse = try factor.solve(score.w1)
    noise = inverse
    recurrent = try multiply(score.w2, score.w1)
    let initial = try multiply(start, inverse)
    rates = initial
    readouts = try multiply(initial, score.w1, transposeB: true)
  }

  /// One Euler-Maruyama step with the given standard normal numbers [chain, output].
  public mutating func step(_ dt: Double, noise xi: Matrix) throws {
    let spread = (2 * dt).squareRoot()
    guard let noise, let recurrent, var r = rates else {
      let drift = try score.drift(readouts)
      for chain in 0..<readouts.rows {
        for k in 0..<readouts.columns {
          let turned = skew == 0 ? 0 : (k == 0 ? skew * drift[chain, 1] : -skew * drift[chain, 0])
          readouts[chain, k] += dt * (drift[chain, k] + turned) + spread * xi[chain, k]
        }
      }
      return
    }
    let arguments = try multiply(r, recurrent, transposeB: true)
    let kicks = try multiply(xi, noise)
    for chain in 0..<r.rows {
      for j in 0..<r.columns {
        let target = score.activation.value(arguments[chain, j] + score.bias[j])
        r[chain, j] += dt * (target - r[chain, j]) + spread * kicks[chain, j]
      }
    }
    rates = r
    readouts = try multiply(r, score.w1, transposeB: true)
  }
}
