import EngramData
import EngramKit

/// A compressed matrix in an HDF5 file: pointers, indices and values, as AnnData and MATLAB store it.
struct StoredCompressed: Sendable {
  let pointers: H5Dataset
  /// nil where there are no elements: MATLAB then leaves both out.
  let indices: H5Dataset?
  let values: H5Dataset?
  /// Compressed rows or columns, and the extent of the other index.
  let majors: Int
  let minors: Int
  let place: String

  /// Number of elements.
  var count: Int { indices?.count ?? 0 }

  /// Where each compressed row or column begins.
  ///
  /// - Throws: `Problem` beginning with `finding` where the arrays do not fit together.
  func starts(_ finding: String = "") throws -> [Int] {
    guard pointers.count == majors + 1 else {
      throw unfit(finding, "\(pointers.count) pointers for \(majors)")
    }
    let starts = try pointers.read(Int.self)
    guard starts.first == 0, starts.last == count, zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw unfit(finding, "pointers that do not ascend from 0 to \(count)")
    }
    guard values == nil || values?.count == count else {
      throw unfit(finding, "\(values?.count ?? 0) values for \(count) indices")
    }
    return starts
  }

  /// Hands on all elements in blocks: compressed index, other index, value; memory holds the pointers and a block.
  func elements(_ finding: String = "", _ body: (MatrixSource.Triplets) throws -> Void) throws {
    let starts = try starts(finding)
    guard let indices else { return }
    var major = 0
    for range in indices.rowBlocks(bytes: 1 << 21) {
      let minor = try indices.read(UInt64.self, rows: range)
      if let bad = minor.first(where: { $0 >= UInt64(minors) }) {
        throw unfit(finding, "the index \(bad), outside 0..<\(minors)")
      }
      let own = range.map { element -> UInt64 in
        while starts[major + 1] <= element { major += 1 }
        return UInt64(major)
      }
      let numbers = try values?.read(Double.self, rows: range) ?? [Double](repeating: 1, count: range.count)
      try body((own, minor, numbers))
    }
  }

  private func unfit(_ finding: String, _ what: String) -> Problem {
    Problem(
      "\(finding.isEmpty ? "" : finding + " ")the sparse matrix has \(what)", at: place,
      fix: "the matrix is damaged: write it again")
  }
}
