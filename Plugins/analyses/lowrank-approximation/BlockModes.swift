import EngramKit

/// The outlying modes that the block statistics of a network predict.
struct BlockModes {
  let circuit: MeasuredCircuit
  private var sums: MotifSums { circuit.sums }
  private var motifs: Motifs { circuit.motifs }
  private var theory: MotifTheory { circuit.theory }
  private var populations: Populations { circuit.populations }
  private var types: Int { populations.count }
  private var sizes: [Double] { populations.sizes.map(Double.init) }

  /// The `rank` predicted eigenvalues of largest magnitude; a conjugate pair is not split.
  func leadingRoots(_ rank: Int) throws -> [Complex] {
    let roots = try theory.roots().filter { $0.magnitude > 1e-12 }.sorted {
      ($1.magnitude, $1.imaginary) < ($0.magnitude, $0.imaginary)
    }
    guard !roots.isEmpty else {
      throw Problem("the mean weights and motifs of this network predict no eigenvalue but 0")
    }
    guard rank < roots.count else { return roots }
    let pair = roots[rank].imaginary != 0 && (roots[rank] - roots[rank - 1].conjugate).magnitude < 1e-9
    return Array(roots.prefix(pair ? rank + 1 : rank))
  }

  /// Block vectors u and f of det(lambda² - lambda M - C) = 0, corrected once by the weights themselves:
  /// r = u + Z u / lambda and l = f + Zᵀ f / lambda, with Z the weights less their block means.
  func perturbative(_ roots: [Complex]) throws -> [Mode] {
    var companion = Matrix(repeating: 0, shape: [2 * types, 2 * types])
    for p in 0..<types {
      for q in 0..<types {
        companion[p, q] = theory.mean[p, q]
        companion[p, types + q] = theory.covariance[p, q]
      }
      companion[types + p, p] = 1
    }
    let eigen = try generalEigen(companion, right: true, left: true)
    let codes = populations.codes.map(Int.init)
    return zip(roots, nearestEigenvalues(eigen, to: roots)).map { root, place in
      let u = eigen.right[place]
      let f = (0..<types).map { (1 / sizes[$0]) * eigen.left[place][$0].conjugate }
      let (right, left) = (codes.indices, codes.indices)
      return Mode(
        value: root,
        right: right.map { i in
          (0..<types).reduce(u[codes[i]]) { $0 + sums.centredInput(of: i, from: $1) * (u[$1] / root) }
        },
        left: left.map { j in
          (0..<types).reduce(f[codes[j]]) { $0 + sums.centredOutput(of: j, to: $1) * (f[$1] / root) }
        })
    }
  }

  /// One latent number a neuron and side: r = u + v x and l = f + h y, with loadings from the measured motifs.
  ///
  /// - Parameters:
  ///   - x: Latent numbers of the neurons' inputs; nil: their standardised summed inputs.
  ///   - y: Latent numbers of the neurons' outputs; nil: their standardised summed outputs.
  func statistical(_ roots: [Complex], x: [Double]?, y: [Double]?) throws -> [Mode] {
    let deviation = motifs.variance.map { $0.squareRoot() }
    func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }
    var (a, b) = (deviation, deviation)
    for p in 0..<types {
      for q in 0..<types {
        a[p, q] = finite(deviation[p, q] * max(0, finite(motifs.convergent[p, q, q])).squareRoot())
        b[p, q] = finite(deviation[p, q] * max(0, finite(motifs.divergent[p, p, q])).squareRoot())
      }
    }
    // Correlation of the two latents of a type, by least squares over all chains through it.
    let rho = (0..<types).map { k in
      var (measured, full) = (0.0, 0.0)
      for p in 0..<types {
        for q in 0..<types {
          let product = b[p, k] * a[k, q]
          measured += product * finite(motifs.chain[p, k, q] * deviation[p, k] * deviation[k, q])
          full += product * product
        }
      }
      return full > 0 ? min(1, max(-1, measured / full)) : 0
    }
    var forward = Matrix(repeating: 0, shape: [2 * types, 2 * types])
    var backward = forward
    for p in 0..<types {
      for q in 0..<types {
        forward[p, q] = theory.mean[p, q]
        forward[p, types + q] = b[p, q] * rho[q] * sizes[q]
        forward[types + p, q] = a[p, q] * sizes[q]
        backward[q, p] = theory.mean[p, q] * sizes[p] / sizes[q]
        backward[q, types + p] = sizes[p] * rho[p] * a[p, q]
        backward[types + q, p] = sizes[p] * b[p, q]
      }
    }
    let (there, back) = (try generalEigen(forward), try generalEigen(backward))
    let (x, y) = (x ?? standardised(sums.centredInput), y ?? standardised(sums.centredOutput))
    let places = zip(nearestEigenvalues(there, to: roots), nearestEigenvalues(back, to: roots))
    return places.map { place, other in
      let (u, f) = (there.right[place], back.right[other])
      return Mode(
        value: there.values[place],
        right: populations.codes.indices.map {
          let p = Int(populations.codes[$0])
          return u[p] + x[$0] * u[types + p]
        },
        left: populations.codes.indices.map {
          let p = Int(populations.codes[$0])
          return f[p] + y[$0] * f[types + p]
        })
    }
  }

  /// Sums over all partners with mean 0 and variance 1 in each population.
  private func standardised(_ centred: (_ neuron: Int, _ type: Int) -> Double) -> [Double] {
    var values = (0..<populations.neurons).map { i in (0..<types).reduce(0) { $0 + centred(i, $1) } }
    for members in populations.members {
      let count = Double(members.count)
      let mean = members.reduce(0) { $0 + values[$1] } / count
      let variance = members.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) } / count
      for i in members { values[i] = variance > 0 ? (values[i] - mean) / variance.squareRoot() : 0 }
    }
    return values
  }
}
