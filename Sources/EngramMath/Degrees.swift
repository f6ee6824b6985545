/// How many partners each neuron has, and how connections are spread over cell types.
public struct Degrees: Sendable {
  /// Inputs and outputs of each neuron that differ from 0, itself not counted; shape [neuron].
  public var inDegree, outDegree: [Double]
  /// Sum of the weights of those inputs and outputs; shape [neuron].
  public var inStrength, outStrength: [Double]
  /// Connections in each block; [post type, pre type].
  public var connections: Matrix
  /// Connections in each block whose partner back exists too; [post type, pre type].
  public var returned: Matrix
  /// Connections of neurons with themselves.
  public var toSelf: Int
  /// The least and the greatest weight that is not 0; nil without any.
  public var range: ClosedRange<Double>?

  /// - Throws: `MathError.notFinite` with the place of a weight that is no number.
  /// - Complexity: O(stored weights).
  public init(_ weights: Connectivity, _ populations: Populations) throws(MathError) {
    let (types, codes) = (populations.count, populations.codes)
    let matrix = weights.pattern()
    let zero = [Double](repeating: 0, count: matrix.rows)
    (inDegree, outDegree, inStrength, outStrength) = (zero, zero, zero, zero)
    connections = Matrix(repeating: 0, shape: [types, types])
    returned = connections
    toSelf = 0
    var (low, high) = (Double.infinity, -Double.infinity)
    var finite = true
    for i in 0..<matrix.rows {
      for k in matrix.offsets[i]..<matrix.offsets[i + 1] where matrix.values[k] != 0 {
        let (j, weight) = (Int(matrix.indices[k]), matrix.values[k])
        finite = finite && weight.isFinite
        low = min(low, weight)
        high = max(high, weight)
        if i == j {
          toSelf += 1
          continue
        }
        inDegree[i] += 1
        outDegree[j] += 1
        inStrength[i] += weight
        outStrength[j] += weight
        connections[Int(codes[i]), Int(codes[j])] += 1
      }
    }
    guard finite else { throw weights.firstNotFinite() }
    range = low <= high ? low...high : nil
    matrix.forEachMutual(0..<matrix.rows) { i, j, ij, ji in
      guard matrix.values[ij] != 0, matrix.values[ji] != 0 else { return }
      returned[Int(codes[i]), Int(codes[j])] += 1
      returned[Int(codes[j]), Int(codes[i])] += 1
    }
  }
}

extension Connectivity {
  /// The stored weights in compressed rows; a dense matrix is copied without its zeros.
  public func pattern() -> SparseMatrix {
    switch self {
    case .dense(let matrix): SparseMatrix(matrix)
    case .sparse(let matrix): matrix
    }
  }

  /// Mean weight in each cell of a coarse picture of the matrix, rows and columns in the order `order`.
  ///
  /// - Parameters:
  ///   - order: Every neuron once.
  ///   - side: Most rows and columns of the picture.
  /// - Returns: Shape [min(side, neurons), min(side, neurons)], post downward.
  public func image(_ order: [Int], side: Int) -> Matrix {
    let neurons = order.count
    let size = min(side, neurons)
    var cell = [Int](repeating: 0, count: neurons)
    var width = [Double](repeating: 0, count: size)
    for (place, neuron) in order.enumerated() {
      cell[neuron] = place * size / neurons
      width[cell[neuron]] += 1
    }
    var sums = Matrix(repeating: 0, shape: [size, size])
    switch self {
    case .dense(let matrix):
      for i in 0..<neurons { for j in 0..<neurons { sums[cell[i], cell[j]] += matrix[i, j] } }
    case .sparse(let matrix):
      matrix.forEachStored { i, j, k in sums[cell[i], cell[j]] += matrix.values[k] }
    }
    for i in 0..<size { for j in 0..<size { sums[i, j] /= width[i] * width[j] } }
    return sums
  }
}
