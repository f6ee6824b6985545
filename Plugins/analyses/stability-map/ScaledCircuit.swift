import EngramKit

/// The block theory of a circuit whose excitation and motifs are scaled.
struct ScaledCircuit {
  /// What a linear network of such a kind does; the numbers are those of the dataset `regime`.
  enum Regime: Int {
    case stable, inhibitionStabilised, chainDriven, unstable

    var words: String {
      ["stable", "inhibition-stabilised", "paradoxical through motifs", "unstable"][rawValue]
    }
  }
  struct State {
    var growth: Double
    var regime: Regime
  }

  let theory: MotifTheory
  /// Greatest real part of the bulk, which neither factor changes.
  let bulk: Double
  /// Whether the neurons of each type excite on average.
  let isExcitatory: [Bool]

  init(theory: MotifTheory, bulk: Double) {
    (self.theory, self.bulk) = (theory, bulk)
    isExcitatory = (0..<theory.mean.columns).map { q in
      (0..<theory.mean.rows).reduce(0) { $0 + theory.mean[$1, q] } > 0
    }
  }

  func state(excitation: Double, motifs: Double) throws -> State {
    var scaled = theory
    for p in 0..<theory.mean.rows {
      for q in 0..<theory.mean.columns where isExcitatory[q] { scaled.mean[p, q] *= excitation }
    }
    scaled.covariance = scaled.covariance.map { $0 * motifs }
    let growth = max(bulk, try scaled.roots().map(\.real).max() ?? bulk)
    guard growth < 1 else { return State(growth: growth, regime: .unstable) }
    let plain = MotifTheory(mean: scaled.mean, covariance: scaled.covariance.map { _ in 0 })
    let (gain, without) = (try scaled.gain(), try plain.gain())
    let answers = isExcitatory.indices.filter { gain[$0, $0] < 0 }
    let regime: Regime =
      answers.isEmpty
      ? .stable : answers.contains { without[$0, $0] < 0 } ? .inhibitionStabilised : .chainDriven
    return State(growth: growth, regime: regime)
  }
}
