/// Gaussian weights between populations with set means, variances and pairwise motifs, and an exact sampler.
///
/// Each neuron i has two latent standard normal numbers of correlation rho_p, x_i for its inputs and y_i for its
/// outputs, and J_ij = mean_pq + deviation_pq (a_pq x_i + b_pq y_j + r_ij). Then the convergent correlation is
/// a_pq a_pk, the divergent one b_pq b_kq and the chain rho_k b_pk a_kq; r_ij and r_ji have the variances that are left,
/// and the covariance that makes the reciprocal correlation what it should be.
public struct GaussianMotifs: Sendable {
  /// Blocks [post, pre]: mean, standard deviation, latent loadings, reciprocal correlation; [P, P].
  public var mean, deviation, inputLoading, outputLoading, reciprocal: Matrix
  /// Correlation of the two latents of a neuron; [P].
  public var latentCorrelation: [Double]
  /// Whether weights of neurons onto themselves are drawn like the others, or are 0.
  public var selfWeights: Bool

  public init(
    mean: Matrix, deviation: Matrix, inputLoading: Matrix, outputLoading: Matrix, reciprocal: Matrix,
    latentCorrelation: [Double], selfWeights: Bool = false
  ) {
    (self.mean, self.deviation, self.reciprocal) = (mean, deviation, reciprocal)
    (self.inputLoading, self.outputLoading) = (inputLoading, outputLoading)
    self.latentCorrelation = latentCorrelation
    self.selfWeights = selfWeights
  }

  /// The chain correlation [p, k, q] that the loadings give.
  public var chain: Tensor<Double> {
    let types = mean.rows
    var result = Tensor<Double>(repeating: 0, shape: [types, types, types])
    for p in 0..<types {
      for k in 0..<types {
        for q in 0..<types {
          result[p, k, q] = latentCorrelation[k] * outputLoading[p, k] * inputLoading[k, q]
        }
      }
    }
    return result
  }

  /// Variance of r_ij over that of h_ij, in block [p, q].
  private func privateVariance(_ p: Int, _ q: Int) -> Double {
    1 - inputLoading[p, q] * inputLoading[p, q] - outputLoading[p, q] * outputLoading[p, q]
  }

  /// Covariance of r_ij and r_ji, i in p, j in q.
  private func privateCovariance(_ p: Int, _ q: Int) -> Double {
    let (a, b, rho) = (inputLoading, outputLoading, latentCorrelation)
    return reciprocal[p, q] - (rho[p] * a[p, q] * b[q, p] + rho[q] * b[p, q] * a[q, p])
  }

  /// Whether a network with these statistics exists.
  ///
  /// - Throws: `MathError.infeasible` with the block and the numbers.
  public func check(_ names: [String]) throws(MathError) {
    for (p, rho) in latentCorrelation.enumerated() where rho.magnitude > 1 {
      throw .infeasible(
        "the latents of \(names[p]) would need a correlation of \(rho), which lies outside -1...1")
    }
    for p in 0..<mean.rows {
      for q in 0..<mean.rows {
        let (block, variance) = ("\(names[q])→\(names[p])", privateVariance(p, q))
        guard variance > 0 else {
          throw .infeasible(
            "convergent \(inputLoading[p, q] * inputLoading[p, q]) and divergent \(outputLoading[p, q] * outputLoading[p, q]) motifs \(block) leave no variance: their sum must stay below 1"
          )
        }
        guard reciprocal[p, q] == reciprocal[q, p] else {
          throw .infeasible(
            "the reciprocal correlations \(block) and back differ: \(reciprocal[p, q]), \(reciprocal[q, p])")
        }
        let (covariance, limit) = (privateCovariance(p, q), (variance * privateVariance(q, p)).squareRoot())
        guard covariance.magnitude <= limit * (1 + 1e-12) else {
          let shared = reciprocal[p, q] - covariance
          throw .infeasible(
            "a reciprocal correlation of \(reciprocal[p, q]) \(block) is impossible: with these chains it must lie in \(shared - limit)...\(shared + limit)"
          )
        }
      }
    }
  }

  /// A sample, with the latents that made it.
  ///
  /// - Complexity: O(neurons²), in tiles that have substreams of their own: equal for any number of threads.
  public func sample(_ populations: Populations, _ random: inout RandomStream) throws(MathError)
    -> (weights: Matrix, x: [Double], y: [Double])
  {
    try check(populations.names)
    let (neurons, types) = (populations.neurons, populations.count)
    let codes = populations.codes.map(Int.init)
    let x = random.normals(neurons)
    let own = random.normals(neurons)
    let y = (0..<neurons).map { i in
      let rho = latentCorrelation[codes[i]]
      return rho * x[i] + max(0, 1 - rho * rho).squareRoot() * own[i]
    }
    var pairs: [PairScale] = []
    for p in 0..<types {
      for q in 0..<types {
        let (there, back) = (privateVariance(p, q).squareRoot(), privateVariance(q, p).squareRoot())
        let correlation = min(1, max(-1, privateCovariance(p, q) / (there * back)))
        pairs.append(
          PairScale(
            mean: mean[p, q], deviation: deviation[p, q], x: inputLoading[p, q], y: outputLoading[p, q],
            own: there, correlation: correlation, rest: (1 - correlation * correlation).squareRoot()))
      }
    }
    let tiles = PairTiles(
      neurons: neurons, types: types, codes: codes, x: x, y: y, scales: pairs, selfWeights: selfWeights)
    return (Matrix(tiles.weights(random), shape: [neurons, neurons]), x, y)
  }
}
