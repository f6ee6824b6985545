/// Pairwise motif statistics of a weight matrix by population (Shao et al. 2025, arXiv:2411.06802, eqs. of section II).
///
/// Blocks are [post, pre]. A correlation is NaN where no pair of weights enters it, or where weights do not vary.
public struct Motifs: Sendable {
  /// Mean weight of each block; [P, P].
  public var mean: Matrix
  /// Population variance of each block's weights; [P, P].
  public var variance: Matrix
  /// Correlation of J_ij and J_ji, i in p, j in q; [p, q].
  public var reciprocal: Matrix
  /// Correlation of J_il and J_lj, i in p, l in k, j in q: the chain j → l → i; [p, k, q].
  public var chain: Tensor<Double>
  /// Correlation of two inputs J_ij and J_ik of one neuron i in p from j in q, k in r; [p, q, r].
  public var convergent: Tensor<Double>
  /// Correlation of two outputs J_ij and J_kj of one neuron j in q to i in p, k in r; [p, r, q].
  public var divergent: Tensor<Double>
  /// Ordered pairs of neurons that were tested; [P, P].
  public var pairs: Matrix

  /// The statistics side by side under their names, in a fixed order.
  public var all: [(name: String, values: Tensor<Double>)] {
    [
      ("mean", mean), ("variance", variance), ("reciprocal", reciprocal), ("chain", chain),
      ("convergent", convergent), ("divergent", divergent),
    ]
  }
}

extension Motifs {
  /// How much more frequent each pair of connections is than chance, P(both) / (p1 p2) - 1, when weights are 0 or 1.
  public var excess: [(name: String, values: Tensor<Double>)] {
    let (types, deviation) = (mean.rows, variance.map { $0.squareRoot() })
    let odds = Matrix(zip(deviation.elements, mean.elements).map { $0 / $1 }, shape: mean.shape)
    var (mutual, chains, inputs, outputs) = (reciprocal, chain, convergent, divergent)
    for p in 0..<types {
      for q in 0..<types {
        mutual[p, q] *= odds[p, q] * odds[q, p]
        for k in 0..<types {
          chains[p, k, q] *= odds[p, k] * odds[k, q]
          inputs[p, q, k] *= odds[p, q] * odds[p, k]
          outputs[p, k, q] *= odds[p, q] * odds[k, q]
        }
      }
    }
    return [("reciprocal", mutual), ("chain", chains), ("convergent", inputs), ("divergent", outputs)]
  }
}

extension MotifSums {
  /// The statistics that follow from the sums.
  ///
  /// - Complexity: O(neurons P²).
  public func motifs() -> Motifs {
    let types = populations.count
    func block(_ value: (Int, Int) -> Double) -> Matrix {
      Matrix((0..<types * types).map { value($0 / types, $0 % types) }, shape: [types, types])
    }
    // Mean of z: zero where the base is the mean of the block.
    let shift = block { sum[$0 * types + $1] / pairs[$0 * types + $1] }
    let variance = block { p, q in
      let (k, mean) = (p * types + q, base[p * types + q] + shift[p, q])
      let spread = square[k] / pairs[k] - shift[p, q] * shift[p, q]
      // A spread below the rounding of the mean is none: correlations of rounding errors mean nothing.
      return spread <= 1e-26 * mean * mean ? 0 : spread
    }
    let products = block { p, q in
      let (k, back) = (p * types + q, q * types + p)
      return product[k] - shift[q, p] * mutualSum[k] - shift[p, q] * mutualSum[back]
        + shift[p, q] * shift[q, p] * mutual[k]
    }
    let deviation = variance.map { $0 > 0 ? $0.squareRoot() : .nan }
    let cube = Tensor<Double>(repeating: .nan, shape: [types, types, types])
    var (chain, convergent, divergent) = (cube, cube, cube)
    for (k, list) in members.enumerated() where !list.isEmpty {
      let (values, counts) = grams(of: k, list, shift)
      for p in 0..<types {
        for q in 0..<types {
          let (pIn, qIn, pOut, qOut) = (p, q, types + p, types + q)
          let same = p == q
          chain[p, k, q] =
            (values[pOut, qIn] - (same ? products[p, k] : 0)) / deviation[p, k] / deviation[k, q]
            / positive(counts[pOut, qIn] - (same ? mutual[p * types + k] : 0))
          convergent[k, p, q] =
            (values[pIn, qIn] - (same ? variance[k, p] * pairs[k * types + p] : 0)) / deviation[k, p]
            / deviation[k, q] / positive(counts[pIn, qIn] - (same ? pairs[k * types + p] : 0))
          divergent[p, q, k] =
            (values[pOut, qOut] - (same ? variance[p, k] * pairs[p * types + k] : 0)) / deviation[p, k]
            / deviation[q, k] / positive(counts[pOut, qOut] - (same ? pairs[p * types + k] : 0))
        }
      }
    }
    return Motifs(
      mean: block { pairs[$0 * types + $1] > 0 ? base[$0 * types + $1] + shift[$0, $1] : .nan },
      variance: variance,
      reciprocal: block { p, q in
        products[p, q] / positive(mutual[p * types + q]) / deviation[p, q] / deviation[q, p]
      }, chain: chain, convergent: convergent, divergent: divergent, pairs: block { pairs[$0 * types + $1] })
  }

  /// The neurons of each population that are not left out.
  private var members: [[Int]] {
    var members = [[Int]](repeating: [], count: populations.count)
    for (neuron, code) in codes.enumerated() where code >= 0 { members[Int(code)].append(neuron) }
    return members
  }

  /// Sums over the neurons l of population `k` of products of their centred totals, input from each population first,
  /// output to each population after; and the same for the numbers of tested pairs. Shapes [2P, 2P].
  private func grams(of k: Int, _ list: [Int], _ shift: Matrix) -> (values: Matrix, counts: Matrix) {
    let (types, neurons) = (populations.count, populations.neurons)
    var totals = Matrix(repeating: 0, shape: [2 * types, list.count])
    var partners = totals
    for q in 0..<types {
      for (place, l) in list.enumerated() {
        switch tested {
        case .all:
          let others = Double(sizes[q] - (q == k ? 1 : 0))
          (partners[q, place], partners[types + q, place]) = (others, others)
        case .counted(let rows, let columns):
          partners[q, place] = rows[q * neurons + l]
          partners[types + q, place] = columns[q * neurons + l]
        }
        totals[q, place] = rows[q * neurons + l] - centre(shift[k, q], partners[q, place])
        totals[types + q, place] =
          columns[q * neurons + l] - centre(shift[q, k], partners[types + q, place])
      }
    }
    return (gram(totals), gram(partners))
  }
}

/// What to take from a sum over `partners` weights; nothing where there are none, whose mean is NaN.
private func centre(_ mean: Double, _ partners: Double) -> Double { partners == 0 ? 0 : mean * partners }

/// `count`, or NaN where nothing was counted.
private func positive(_ count: Double) -> Double { count > 0 ? count : .nan }

/// The products of all pairs of rows of `a`.
private func gram(_ a: Matrix) -> Matrix {
  var result = Matrix(repeating: 0, shape: [a.rows, a.rows])
  Double.gemm(
    false, true, a.rows, a.rows, a.columns, 1, a.elements, a.columns, a.elements, a.columns, 0,
    &result.elements, a.rows)
  return result
}
