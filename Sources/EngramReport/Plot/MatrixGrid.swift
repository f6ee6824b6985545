import EngramKit

/// A matrix made small enough for a picture: at most `most` rows and columns.
struct MatrixGrid: Sendable {
  static let most = 800

  /// Numbers row by row, each the mean over one block of the matrix; NaN where every element is.
  var cells: Matrix
  /// Rows and columns of the matrix itself.
  var rows: Int
  var columns: Int
  /// Rows and columns in one block.
  var block: (rows: Int, columns: Int)
  /// Elements that are not numbers.
  var missing = 0

  /// Rows and columns in the order given (nil: as stored).
  ///
  /// - Complexity: O(elements), for a sparse matrix O(stored elements + cells).
  init(_ matrix: Connectivity, rowOrder: [Int]? = nil, columnOrder: [Int]? = nil, most: Int = Self.most) {
    rows = matrix.rows
    columns = matrix.columns
    block = (max(1, (rows + most - 1) / most), max(1, (columns + most - 1) / most))
    let height = (rows + block.rows - 1) / block.rows
    let width = (columns + block.columns - 1) / block.columns
    var sums = [Double](repeating: 0, count: height * width)
    var counts = [Int](repeating: 0, count: height * width)
    let rowPlace = Self.places(rowOrder, rows)
    let columnPlace = Self.places(columnOrder, columns)
    var missing = 0
    let block = block
    func add(_ i: Int, _ j: Int, _ value: Double, _ weight: Int) {
      let cell = rowPlace[i] / block.rows * width + columnPlace[j] / block.columns
      guard value.isFinite else {
        missing += 1
        counts[cell] -= 1 - weight
        return
      }
      sums[cell] += value
      counts[cell] += weight
    }
    switch matrix {
    case .dense(let dense):
      for i in 0..<rows { for j in 0..<columns { add(i, j, dense[i, j], 1) } }
    case .sparse(let sparse):
      for y in 0..<height {
        let tall = min(rows, (y + 1) * block.rows) - y * block.rows
        for x in 0..<width {
          counts[y * width + x] = tall * (min(columns, (x + 1) * block.columns) - x * block.columns)
        }
      }
      for i in 0..<rows {
        for k in sparse.offsets[i]..<sparse.offsets[i + 1] {
          add(i, Int(sparse.indices[k]), sparse.values[k], 0)
        }
      }
    }
    self.missing = missing
    cells = Matrix(zip(sums, counts).map { $1 > 0 ? $0 / Double($1) : .nan }, shape: [height, width])
  }

  var isReduced: Bool { block.rows > 1 || block.columns > 1 }

  /// Where each element goes.
  private static func places(_ order: [Int]?, _ count: Int) -> [Int] {
    guard let order else { return Array(0..<count) }
    var places = [Int](repeating: 0, count: count)
    for (place, element) in order.enumerated() { places[element] = place }
    return places
  }
}

/// Elements with the same label brought together, in the order in which the labels first occur.
struct Grouping: Sendable {
  var order: [Int]
  var groups: [Axis.Group]
  /// Whether elements had to be moved.
  var moved: Bool

  init(_ labels: [String]) {
    var members: [String: [Int]] = [:]
    var names: [String] = []
    for (place, label) in labels.enumerated() {
      if members[label] == nil { names.append(label) }
      members[label, default: []].append(place)
    }
    order = []
    groups = []
    for name in names {
      let own = members[name, default: []]
      groups.append(Axis.Group(name: name, range: order.count..<order.count + own.count))
      order += own
    }
    moved = order != Array(0..<labels.count)
  }
}
