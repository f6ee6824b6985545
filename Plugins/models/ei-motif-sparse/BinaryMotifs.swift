import EngramKit

/// Connections of one density with set excess alpha of each pairwise motif: P(both) = p² (1 + alpha).
struct BinaryMotifs: Sendable {
  private let density: Double
  private let thresholded: Bool
  /// Strengths of the latents of inputs and outputs, their correlation, and what is left to the pair itself: the added
  /// probability that both connections exist, or the covariance of the pair's own Gaussian parts.
  private let input, output, correlation, pair: Double
  private let threshold: Double

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
    correlation = chn == 0 ? 0 : min(1, max(-1, chn / (input * output)))
    if thresholded {
      pair = rec - 2 * chn
      guard pair.magnitude <= 1 - con - div else {
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

  /// Connections of a sample by postsynaptic and presynaptic neuron, and the latents.
  func sample(_ neurons: Int, _ random: inout RandomStream) -> Sample {
    thresholded ? sampleThreshold(neurons, &random) : sampleAdditive(neurons, &random)
  }

  /// What `sample` gives.
  struct Sample {
    var post: [Int32] = []
    var pre: [Int32] = []
    var x: [Double] = []
    var y: [Double] = []

    mutating func connect(_ from: Int, _ to: Int) {
      post.append(Int32(to))
      pre.append(Int32(from))
    }
  }

  /// Four kinds of neurons: pairs of two kinds are alike, so that unconnected ones are jumped over in O(connections).
  private func sampleAdditive(_ neurons: Int, _ random: inout RandomStream) -> Sample {
    var sample = Sample()
    var members = [[Int]](repeating: [], count: 4)
    var kind: [Int] = []
    for i in 0..<neurons {
      let x = random.sign()
      let y = random.bernoulli((1 + correlation) / 2) ? x : -x
      sample.x.append(x)
      sample.y.append(y)
      kind.append((x > 0 ? 0 : 2) + (y > 0 ? 0 : 1))
      members[kind[i]].append(i)
    }
    var next = [0, 0, 0, 0]
    for i in 0..<neurons {
      next[kind[i]] += 1
      for (c, other) in Self.classes.enumerated() {
        // onto: the connection from the other neuron onto i; from: the one back.
        let (onto, from) = (probability(sample.x[i], other.y), probability(other.x, sample.y[i]))
        let both = onto * from + pair
        let any = onto + from - both
        guard any > 0 else { continue }
        let scale = any < 1 ? 1 / log1p(-any) : 0
        var place = next[c]
        while true {
          place += Int(min(1e9, log(random.uniform()) * scale))
          guard place < members[c].count else { break }
          let j = members[c][place]
          let draw = random.uniform() * any
          if draw < onto { sample.connect(j, i) }
          if draw < both || draw >= onto { sample.connect(i, j) }
          place += 1
        }
      }
    }
    return sample
  }

  /// Every pair of neurons, with two normal numbers each: O(neurons²) time, O(connections) memory.
  private func sampleThreshold(_ neurons: Int, _ random: inout RandomStream) -> Sample {
    var sample = Sample()
    sample.x = random.normals(neurons)
    let own = random.normals(neurons)
    let rest = (1 - correlation * correlation).squareRoot()
    sample.y = (0..<neurons).map { correlation * sample.x[$0] + rest * own[$0] }
    let left = 1 - input * input - output * output
    let (scale, mutual) = (left.squareRoot(), left > 0 ? min(1, max(-1, pair / left)) : 0)
    let alone = (1 - mutual * mutual).squareRoot()
    for i in 0..<neurons {
      var stream = random.substream(1 + i)
      let noise = stream.normals(2 * i)
      for j in 0..<i {
        let (u, v) = (noise[2 * j], mutual * noise[2 * j] + alone * noise[2 * j + 1])
        if input * sample.x[i] + output * sample.y[j] + scale * u > threshold { sample.connect(j, i) }
        if input * sample.x[j] + output * sample.y[i] + scale * v > threshold { sample.connect(i, j) }
      }
    }
    return sample
  }
}
