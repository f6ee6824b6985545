import EngramKit

/// A connectivity matrix as it is stored: dense, or compressed the way AnnData does it.
public struct StoredMatrix: Sendable {
  /// How the numbers lie in the file.
  public enum Encoding: String, Sendable {
    case dense
    case rows = "csr_matrix"
    case columns = "csc_matrix"
  }

  public let path: String
  public let place: String
  public let encoding: Encoding
  /// Whether rows are postsynaptic; a matrix without the attribute is taken so.
  public let isPostByPre: Bool
  /// Whether the file says which of the two it is.
  public let statesOrientation: Bool
  /// Populations of the postsynaptic and presynaptic neurons; nil: not stated.
  public let postPopulation: String?
  public let prePopulation: String?
  /// Connections that it sums up; nil: none named.
  public let edgePopulation: String?
  public let units: String?
  /// Extents as stored.
  let storedShape: [Int]
  let group: H5Group?
  let dataset: H5Dataset?

  init(_ file: EngramFile, path: String) throws {
    self.path = path
    place = file.h5.place(path)
    let root = try file.h5.root
    let attributes: H5Attributes
    if try root.kind(of: path) == .group {
      let group = try root.group(path)
      attributes = group.attributes
      let word =
        try attributes.string("encoding-type") ?? attributes.string("h5sparse_format").map { "\($0)_matrix" }
      guard let known = word.flatMap(Encoding.init), known != .dense else {
        throw Problem("encoding-type “\(word ?? "")” is neither csr_matrix nor csc_matrix", at: place)
      }
      guard let shape = try attributes.ints("shape") ?? attributes.ints("h5sparse_shape"), shape.count == 2
      else {
        throw Problem("has no attribute shape with two numbers", at: place)
      }
      (encoding, storedShape, self.group, dataset) = (known, shape, group, nil)
    } else {
      let dataset = try root.dataset(path)
      guard dataset.shape.count == 2 else {
        throw Problem("has shape \(dataset.shape), which is no matrix", at: place)
      }
      attributes = dataset.attributes
      (encoding, storedShape, group, self.dataset) = (.dense, dataset.shape, nil, dataset)
    }
    let orientation = try attributes.string("orientation")
    guard orientation == nil || orientation == "post_by_pre" || orientation == "pre_by_post" else {
      throw Problem("orientation “\(orientation ?? "")” is neither post_by_pre nor pre_by_post", at: place)
    }
    isPostByPre = orientation != "pre_by_post"
    statesOrientation = orientation != nil
    let populations = try (attributes.string("row_population"), attributes.string("col_population"))
    (postPopulation, prePopulation) = isPostByPre ? populations : (populations.1, populations.0)
    edgePopulation = try attributes.string("edge_population")
    units = try attributes.string("units")
  }

  /// Number of postsynaptic and presynaptic neurons.
  public var shape: [Int] { isPostByPre ? storedShape : storedShape.reversed() }

  /// What had to be assumed or was changed on the way in.
  public var notes: [String] {
    if !statesOrientation { return ["\(path) has no attribute orientation: rows taken as postsynaptic"] }
    return isPostByPre ? [] : ["\(path) is stored pre_by_post: transposed"]
  }

  /// The weights `[post, pre]`, dense or sparse as stored.
  ///
  /// - Throws: `Problem`: index arrays that do not fit together, an index out of range.
  /// - Complexity: What lies in the file row by row of the result goes straight into its arrays; otherwise one
  ///   counting sort.
  public func read() throws -> Connectivity {
    if let dataset {
      let matrix = Matrix(try dataset.read(Double.self), shape: storedShape)
      return .dense(isPostByPre ? matrix : matrix.transposed())
    }
    // Columns of the transpose are rows: the stored arrays are those of the result or of its transpose.
    let direct = (encoding == .rows) == isPostByPre
    let (rows, columns) = direct ? (shape[0], shape[1]) : (shape[1], shape[0])
    let stored = try compressed(rows: rows, columns: columns)
    return .sparse(direct ? stored : stored.transposed())
  }

  private func compressed(rows: Int, columns: Int) throws -> SparseMatrix {
    guard let group, rows >= 0, columns >= 0, columns <= Int(Int32.max), rows <= Int(Int32.max) else {
      throw Problem("has shape \(storedShape)", at: place)
    }
    let offsets = try group.dataset("indptr").read(Int.self)
    let indices = try group.dataset("indices").read(Int32.self)
    let values = try group.dataset("data").read(Double.self)
    guard offsets.count == rows + 1, offsets.first == 0, offsets.last == values.count,
      indices.count == values.count, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw Problem(
        "indptr (\(offsets.count)), indices (\(indices.count)) and data (\(values.count)) do not fit shape "
          + "\(storedShape)", at: place, fix: "the matrix is damaged: write it again")
    }
    if let bad = indices.first(where: { $0 < 0 || Int($0) >= columns }) {
      throw Problem("holds the index \(bad), outside 0..<\(columns)", at: place)
    }
    return SparseEdges.ordered(
      rows: rows, columns: columns, offsets: offsets, indices: indices, values: values)
  }
}
