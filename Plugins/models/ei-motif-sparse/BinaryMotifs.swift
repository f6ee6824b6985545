import EngramKit

/// Connections of one density with set excess alpha of each pairwise motif: P(both) = p² (1 + alpha).
struct BinaryMotifs: Sendable {
  private let density: Double
  let thresholded: Bool
  /// Strengths of the latents of inputs and outputs, their correlation, and what is left to the pair itself: the added
  /// probability that both connections exist, or the covariance of the pair's own Gaussian parts.
  let input, output, correlation, pair: Double
  let threshold: Double

  /// - Throws: `Problem` with the numbers when no network has these motifs.
  init(
    density p: Double, reciprocal: Double, chain: Double, convergent: Double, divergent: Double,
    thresholded: Bool
  ) throws {
    density = p
    self.thresholded = thresholded
    threshold = normalQuantile(1 - p)
    let level = threshold
    let convert = { (alpha: Double) in
      thresholded && alpha != 0
        ? try normalCorrelation(exceeding: level, level, probability: p * p * (1 + alpha)) : alpha
    }
    let (rec, chn) = (try convert(reciprocal), try convert(chain))
    let (con, div) = (try convert(convergent), try convert(divergent))
    (input, output) = (con.squareRoot(), div.squareRoot())
    guard chn.magnitude <= input * output * (1 + 1e-12) else {
      throw Problem(
        "an excess of chains of \(chain) needs more convergent and divergent pairs than \(convergent) and \(divergent)",
        fix: "raise both, or leave both out")
    }
    // A chain as strong as it can be makes both latents one, whatever rounding says.
    let ratio = chn == 0 ? 0 : chn / (input * output)
    correlation = ratio.magnitude > 1 - 1e-12 ? (ratio < 0 ? -1 : 1) : ratio
    if thresholded {
      pair = rec - 2 * chn
      guard con + div < 1, pair.magnitude <= 1 - con - div else {
        throw Problem(
          "Gaussian correlations of \(rec) (reciprocal), \(chn) (chain), \(con) (convergent) and \(div) (divergent) cannot be had together: |reciprocal - 2 chain| = \(pair.magnitude) exceeds 1 - convergent - divergent = \(1 - con - div)",
          fix: "lower the motifs, or raise 'reciprocal'")
      }
      return
    }
    pair = p * p * (reciprocal - 2 * correlation * input * output)
    guard input + output <= 1, p * (1 + input + output) <= 1 else {
      throw Problem(
        "the connection probabilities \(p) (1 ± \(input) ± \(output)) leave 0...1",
        fix: "lower 'convergent' and 'divergent'")
    }
    for a in Self.classes {
      for b in Self.classes {
        let (there, back) = (probability(a.x, b.y), probability(b.x, a.y))
        let both = there * back + pair
        guard both >= 0, both <= min(there, back), there + back - both <= 1 else {
          throw Problem(
            "an excess of reciprocal pairs of \(reciprocal) is impossible: two neurons with probabilities \(there) and \(back) would be connected both ways with probability \(both)",
            fix: "bring 'reciprocal' closer to twice 'chain'")
        }
      }
    }
  }

  private static let classes = [(x: 1.0, y: 1.0), (x: 1.0, y: -1.0), (x: -1.0, y: 1.0), (x: -1.0, y: -1.0)]

  /// Probability of a connection onto a neuron with input latent `x` from one with output latent `y`.
  func probability(_ x: Double, _ y: Double) -> Double {
    guard thresholded else { return density * (1 + input * x + output * y) }
    let own = (1 - input * input - output * output).squareRoot()
    return normalCDF((input * x + output * y - threshold) / own)
  }

  /// Latents that stand for their distribution: alternating signs, or normal quantiles, within each population.
  ///
  /// - Throws: `Problem` unless both latents of a neuron are equal.
  func quantiles(_ sizes: [Int]) throws -> [Double] {
    guard correlation == 1 else {
      throw Problem(
        "the expected network needs latents of correlation 1, not \(correlation)",
        fix: "give chain, and leave convergent and divergent out")
    }
    return sizes.flatMap { size in
      (0..<size).map { k in
        thresholded ? normalQuantile((Double(k) + 0.5) / Double(size)) : k % 2 == 0 ? 1 : -1
      }
    }
  }
}
