import EngramKit

/// How the elements of two datasets of one shape differ, as a sentence; nil when they are equal.
///
/// - Throws: `Problem` when one cannot be read, or has a type that cannot be compared.
/// - Complexity: O(elements) time; memory for about a million elements of each, or one row.
func difference(_ a: H5Dataset, _ b: H5Dataset, within tolerance: Double) throws -> String? {
  guard a.count > 0 else { return nil }
  if a.type.isString, b.type.isString {
    return try count(a) { rows in
      try unequal(try a.readStrings(rows: rows), try b.readStrings(rows: rows)) { $0 == $1 ? 0 : 1 }
    }
  }
  guard a.type.isNumeric, b.type.isNumeric else {
    if a.type == b.type { throw Problem("holds \(a.type.words), which is not compared") }
    return "holds \(a.type.words) against \(b.type.words)"
  }
  // Whole numbers beyond 2^53 would look equal as float64.
  if a.type.isUnsigned, b.type.isUnsigned {
    return try count(a) { rows in
      try unequal(try a.rows(rows, UInt64.self), try b.rows(rows, UInt64.self)) {
        $0 == $1 ? 0 : Double($0 > $1 ? $0 - $1 : $1 - $0) - tolerance * Double(max($0, $1))
      }
    }
  }
  if a.type.isInteger, b.type.isInteger {
    return try count(a) { rows in
      try unequal(try a.rows(rows, Int64.self), try b.rows(rows, Int64.self)) {
        $0 == $1 ? 0 : abs(Double($0) - Double($1)) - tolerance * max(abs(Double($0)), abs(Double($1)))
      }
    }
  }
  return try count(a) { rows in
    try unequal(try a.rows(rows, Double.self), try b.rows(rows, Double.self)) { excess($0, $1, tolerance) }
  }
}

/// By how much two numbers differ more than is allowed: at most 0 when they count as equal.
func excess(_ a: Double, _ b: Double, _ tolerance: Double) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  let allowed = tolerance * max(1, abs(a), abs(b))
  let difference = abs(a - b) - allowed
  return difference.isNaN ? .infinity : difference
}

/// Elements that differ, and the first and the worst of them.
private struct Unequal {
  var count = 0
  var worst = (excess: 0.0, position: 0, words: "")
}

private func unequal<T>(_ a: [T], _ b: [T], _ excess: (T, T) -> Double) throws -> Unequal {
  var found = Unequal()
  for position in a.indices {
    let by = excess(a[position], b[position])
    guard by > 0 else { continue }
    found.count += 1
    if by > found.worst.excess { found.worst = (by, position, "\(a[position]) against \(b[position])") }
  }
  return found
}

/// Goes through a dataset slab by slab and puts what differs into words.
private func count(_ dataset: H5Dataset, _ slab: (Range<Int>) throws -> Unequal) throws -> String? {
  let rows = dataset.shape.first ?? 1
  let length = max(1, dataset.count / max(1, rows))
  let step = max(1, (1 << 20) / length)
  var total = Unequal()
  for start in stride(from: 0, to: rows, by: step) {
    let found = try slab(start..<min(rows, start + step))
    total.count += found.count
    if found.worst.excess > total.worst.excess {
      total.worst = (found.worst.excess, found.worst.position + start * length, found.worst.words)
    }
  }
  guard total.count > 0 else { return nil }
  let most = total.count == 1 ? "" : ", most"
  return "\(total.count) of \(dataset.count) elements differ\(most) at "
    + "\(place(of: total.worst.position, in: dataset.shape)): \(total.worst.words)"
}

/// The index along each axis of the element at a row-major position.
private func place(of position: Int, in shape: [Int]) -> [Int] {
  var rest = position
  var index: [Int] = []
  for extent in shape.reversed() {
    index.append(rest % extent)
    rest /= extent
  }
  return index.reversed()
}

extension H5Dataset {
  /// Rows of the first axis; a scalar is one row.
  fileprivate func rows<T: H5Scalar>(_ rows: Range<Int>, _ type: T.Type) throws -> [T] {
    shape.isEmpty ? try read(type) : try read(type, rows: rows)
  }
}

extension H5Type {
  fileprivate var isInteger: Bool {
    switch self {
    case .integer, .enumeration: true
    default: false
    }
  }

  fileprivate var isUnsigned: Bool { if case .integer(_, signed: false) = self { true } else { false } }
}
