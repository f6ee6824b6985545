import EngramKit

/// The mean of the weights given two latent numbers a neuron: in each block the polynomial in x of the postsynaptic and
/// y of the presynaptic neuron that is closest to the weights.
///
/// With orthonormal columns U of powers of x and V of powers of y in each population, it is U (Uᵀ J V) Vᵀ, whose
/// eigenvalues other than 0 are those of the small matrix (Uᵀ J V)(Vᵀ U). Weights drawn independently about this mean
/// only add a bulk, which shrinks relative to the outliers as a sparse network grows: the outliers are then those of the
/// mean, motifs of three and more connections included.
struct ConditionalMean {
  private let reduced: Matrix

  /// - Parameters:
  ///   - x: Latent numbers of the neurons' inputs; shape [neuron].
  ///   - y: Latent numbers of the neurons' outputs; shape [neuron].
  /// - Throws: `Problem` when latent numbers do not fit the neurons or are not finite.
  /// - Complexity: O(stored weights × populations × degree).
  init(_ circuit: MeasuredCircuit, x: [Double], y: [Double], degree: Int) throws {
    let neurons = circuit.populations.neurons
    for (name, values) in [("latent_x", x), ("latent_y", y)] {
      guard values.count == neurons else {
        throw Problem("\(values.count) numbers of \(name) do not fit \(neurons) neurons")
      }
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw Problem("\(name) of neuron \(bad) is \(values[bad])")
      }
    }
    let members = circuit.populations.members
    let right = members.flatMap { list in columns(list, y, degree).map { spread($0, list, neurons) } }
    let left = members.flatMap { list in columns(list, x, degree).map { spread($0, list, neurons) } }
    let images = try right.map { try multiply(circuit.weights, $0) }
    let coefficients = products(left, images)
    reduced = try multiply(coefficients, products(right, left))
  }

  /// Eigenvalues of the mean; the rest of the spectrum is 0.
  func spectrum() throws -> [Complex] { try eigenvalues(reduced) }
}

/// Orthonormal columns that span the powers 0 to `degree` of the numbers of `list`; fewer where numbers are few.
private func columns(_ list: [Int], _ values: [Double], _ degree: Int) -> [[Double]] {
  let count = Double(list.count)
  var basis = [[Double](repeating: 1 / count.squareRoot(), count: list.count)]
  for _ in 0..<degree {
    // Each further power is the last column times the number, less its parts along all columns, taken out twice.
    guard let last = basis.last else { break }
    var next = zip(last, list).map { $0 * values[$1] }
    let whole = dot(next, next).squareRoot()
    for _ in 0..<2 {
      for column in basis {
        let part = dot(column, next)
        for k in next.indices { next[k] -= part * column[k] }
      }
    }
    let length = dot(next, next).squareRoot()
    guard length > 1e-9 * whole else { break }
    basis.append(next.map { $0 / length })
  }
  return basis
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// `column`, given on the neurons of `list`, on all neurons.
private func spread(_ column: [Double], _ list: [Int], _ neurons: Int) -> [Double] {
  var result = [Double](repeating: 0, count: neurons)
  for (place, neuron) in list.enumerated() { result[neuron] = column[place] }
  return result
}

/// Inner products of each of `a` with each of `b`.
private func products(_ a: [[Double]], _ b: [[Double]]) -> Matrix {
  Matrix(a.flatMap { row in b.map { dot(row, $0) } }, shape: [a.count, b.count])
}
