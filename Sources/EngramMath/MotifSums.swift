/// Row, column and pair sums of a weight matrix, from which every pairwise motif statistic follows.
///
/// With z = J - base over the tested pairs (never the diagonal), blocks [post population, pre population] and P
/// populations. Rows and columns are kept by population, so that no product of two matrices is ever formed.
public struct MotifSums: Sendable {
  /// Which ordered pairs were tested for a connection.
  enum Tested: Sendable {
    /// Every pair of two neurons.
    case all
    /// Tested partners of each neuron, as presynaptic (`rows`) and postsynaptic (`columns`), by population.
    case counted(rows: [Double], columns: [Double])
  }

  /// Names and numbers of the populations.
  public let populations: Populations
  /// Population of each neuron; -1 for one that was left out.
  var codes: [Int32]
  /// Neurons of each population that are not left out.
  var sizes: [Int]
  /// What was subtracted from each weight of a block; shape [P, P].
  var base: [Double]
  /// Sum of z over the inputs of each neuron from each population; shape [P, neuron].
  var rows: [Double]
  /// Sum of z over the outputs of each neuron to each population; shape [P, neuron].
  var columns: [Double]
  var tested = Tested.all
  /// Sums over a block of z, z², z_ij z_ji, z_ij where ji is tested too; shape [P, P].
  var sum, square, product, mutualSum: [Double]
  /// Tested pairs of a block, and those tested both ways; shape [P, P].
  var pairs, mutual: [Double]

  init(_ populations: Populations) {
    let (types, neurons) = (populations.count, populations.neurons)
    self.populations = populations
    codes = populations.codes
    sizes = populations.sizes
    let blocks = [Double](repeating: 0, count: types * types)
    (base, sum, square, product) = (blocks, blocks, blocks, blocks)
    (mutualSum, pairs, mutual) = (blocks, blocks, blocks)
    rows = [Double](repeating: 0, count: types * neurons)
    columns = rows
  }

  /// Sums of all pairs of two neurons, or of those where `tested` is not zero.
  ///
  /// - Parameters:
  ///   - weights: `[post, pre]`, dense or sparse; a weight that a sparse matrix does not store is 0.
  ///   - populations: As many neurons as the matrix has rows.
  ///   - tested: `[post, pre]`; the diagonal is ignored.
  /// - Throws: `MathError.shape` when sizes differ, `.notFinite` with the place of a weight that is no number.
  /// - Complexity: One pass over a dense matrix; two over a sparse one, O(stored + P neurons) memory.
  public init(_ weights: Connectivity, _ populations: Populations, tested: Connectivity? = nil)
    throws(MathError)
  {
    let size = "\(weights.rows) by \(weights.columns)"
    guard weights.rows == weights.columns else {
      throw .shape("motifs need a square matrix of weights, not one of \(size)")
    }
    guard populations.neurons == weights.rows else {
      throw .shape("\(populations.neurons) cell types do not fit a \(size) matrix of weights")
    }
    self.init(populations)
    if let tested {
      guard tested.rows == weights.rows, tested.columns == weights.columns else {
        throw .shape(
          "a mask of \(tested.rows) by \(tested.columns) tested pairs does not fit a \(size) matrix of weights"
        )
      }
      addTested(weights.values(where: tested))
    } else {
      countAllPairs()
      switch weights {
      case .dense(let matrix): addDense(matrix)
      case .sparse(let matrix): addSparse(matrix)
      }
    }
    if square.contains(where: { !$0.isFinite }) { throw weights.firstNotFinite() }
  }

  /// Pairs of two different neurons in each block.
  mutating func countAllPairs() {
    let types = populations.count
    for p in 0..<types {
      for q in 0..<types { pairs[p * types + q] = Double(sizes[p] * (p == q ? sizes[q] - 1 : sizes[q])) }
    }
    mutual = pairs
  }
}

extension Connectivity {
  /// The weights at the places where `mask` is not zero, as stored elements; the diagonal is left out.
  func values(where mask: Connectivity) -> SparseMatrix {
    var (offsets, indices, values) = ([0], [Int32](), [Double]())
    for i in 0..<rows {
      for j in mask.storedColumns(i) where j != i {
        indices.append(Int32(j))
        values.append(self[i, j])
      }
      offsets.append(values.count)
    }
    return SparseMatrix(rows: rows, columns: columns, offsets: offsets, indices: indices, values: values)
  }

  /// The columns of row `i` that are not zero, ascending.
  private func storedColumns(_ i: Int) -> [Int] {
    switch self {
    case .dense(let matrix): (0..<matrix.columns).filter { matrix[i, $0] != 0 }
    case .sparse(let matrix):
      (matrix.offsets[i]..<matrix.offsets[i + 1]).filter { matrix.values[$0] != 0 }.map {
        Int(matrix.indices[$0])
      }
    }
  }

  /// One weight; O(log stored) in a sparse matrix.
  public subscript(_ i: Int, _ j: Int) -> Double {
    switch self {
    case .dense(let matrix): matrix[i, j]
    case .sparse(let matrix): matrix[i, j]
    }
  }

  func firstNotFinite() -> MathError {
    do { try requireFinite() } catch { return error }
    return .notFinite("the weights are too large: their squares overflow")
  }

  /// - Throws: `MathError.notFinite` with the place of the first weight that is no number.
  public func requireFinite() throws(MathError) {
    switch self {
    case .dense(let matrix):
      guard let bad = matrix.elements.firstIndex(where: { !$0.isFinite }) else { return }
      throw notFinite(bad / columns, bad % columns, matrix.elements[bad])
    case .sparse(let matrix):
      guard let bad = matrix.values.firstIndex(where: { !$0.isFinite }) else { return }
      let row = (0..<rows).first { matrix.offsets[$0 + 1] > bad } ?? 0
      throw notFinite(row, Int(matrix.indices[bad]), matrix.values[bad])
    }
  }

  private func notFinite(_ post: Int, _ pre: Int, _ value: Double) -> MathError {
    .notFinite("the weight from neuron \(pre) to neuron \(post) is \(value)")
  }
}

extension MotifSums {
  /// Sum of J - block mean over a neuron's tested inputs from population `type`.
  public func centredInput(of neuron: Int, from type: Int) -> Double {
    let (types, place) = (populations.count, type * populations.neurons + neuron)
    let own = Int(codes[neuron])
    var partners = Double(sizes[type] - (type == own ? 1 : 0))
    if case .counted(let rows, _) = tested { partners = rows[place] }
    return rows[place] - rest(own * types + type) * partners
  }

  /// Sum of J - block mean over a neuron's tested outputs to population `type`.
  public func centredOutput(of neuron: Int, to type: Int) -> Double {
    let (types, place) = (populations.count, type * populations.neurons + neuron)
    let own = Int(codes[neuron])
    var partners = Double(sizes[type] - (type == own ? 1 : 0))
    if case .counted(_, let columns) = tested { partners = columns[place] }
    return columns[place] - rest(type * types + own) * partners
  }

  /// Mean of a block less what was subtracted already.
  private func rest(_ block: Int) -> Double { pairs[block] > 0 ? sum[block] / pairs[block] : 0 }
}
