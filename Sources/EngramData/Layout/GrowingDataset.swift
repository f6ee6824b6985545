import EngramKit

/// A dataset that gains rows along its first axis; small ones are gathered before they go to the file.
struct GrowingDataset {
  private(set) var dataset: H5Dataset
  /// Extents of one row.
  let row: [Int]
  /// Rows appended so far.
  private(set) var rows = 0
  private var waiting: [Double] = []

  /// Elements gathered before they are written.
  private static let batch = 1 << 16

  init(_ file: H5File, _ path: String, row: [Int], stored: H5Element, isCompressed: Bool) throws {
    self.row = row
    let chunk = GrowingDataset.chunk(row)
    dataset = try file.root.create(
      path, element: stored, shape: [0] + row, maxShape: [nil] + row,
      storage: isCompressed ? .compressed(chunk: chunk) : H5Storage(chunk: chunk))
  }

  /// Chunks of about 64 k elements: whole rows where they are short, parts of one where it is longer.
  static func chunk(_ row: [Int]) -> [Int] {
    var extents = row.map { max(1, $0) }
    while extents.reduce(1, *) > batch, let longest = extents.indices.max(by: { extents[$0] < extents[$1] }) {
      extents[longest] = (extents[longest] + 1) / 2
    }
    return [max(1, min(1024, batch / extents.reduce(1, *)))] + extents
  }

  /// Adds rows; `values` has them along its first axis.
  ///
  /// - Throws: `Problem` when a row has other extents than the first one.
  mutating func append(_ values: Tensor<Double>) throws {
    guard Array(values.shape.dropFirst()) == row, values.rank > 0 else {
      throw Problem("rows of shape \(values.shape) do not continue rows of \(row)", at: dataset.place)
    }
    rows += values.rows
    waiting += values.elements
    if waiting.count >= GrowingDataset.batch { try flush() }
  }

  /// Writes what was gathered.
  mutating func flush() throws {
    guard !waiting.isEmpty else { return }
    try dataset.append(waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}
