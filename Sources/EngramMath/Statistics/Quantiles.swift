/// The value below which a fraction `p` of the values lies, linear between neighbours (NumPy's default, type 7).
///
/// - Throws: `MathError.undefined` when there is no value, `.infeasible` when `p` is outside [0, 1].
public func quantile(_ x: [Double], _ p: Double) throws(MathError) -> Double { try quantiles(x, [p])[0] }

/// Several quantiles with one sort.
public func quantiles(_ x: [Double], _ probabilities: [Double]) throws(MathError) -> [Double] {
  guard !x.isEmpty else { throw .undefined("a quantile of no values") }
  let sorted = x.sorted()
  var result: [Double] = []
  for p in probabilities {
    guard p >= 0, p <= 1 else { throw .infeasible("a quantile at \(p), outside 0...1") }
    let place = p * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    result.append(sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below]))
  }
  return result
}

/// The middle value; for an even number the mean of the two.
public func median(_ x: [Double]) throws(MathError) -> Double { try quantile(x, 0.5) }

/// Counts of values in bins.
public struct Histogram: Sendable, Equatable {
  /// Borders of the bins, ascending; shape [bins + 1].
  public let edges: [Double]
  /// Values in each bin; shape [bins]. A bin holds its lower edge; the last one also its upper edge.
  public let counts: [Int]
  /// Values outside all bins, NaN included.
  public let outside: Int

  /// Middle of each bin.
  public var centres: [Double] { zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 } }

  /// Counts over total and bin width, so that the area is 1; zero everywhere when nothing was counted.
  public var density: [Double] {
    let total = max(1, counts.reduce(0, +))
    return counts.indices.map { Double(counts[$0]) / (Double(total) * (edges[$0 + 1] - edges[$0])) }
  }
}

/// Counts of `x` in bins with these borders.
///
/// - Throws: `MathError.infeasible` unless at least two edges ascend.
public func histogram(_ x: [Double], edges: [Double]) throws(MathError) -> Histogram {
  guard edges.count > 1, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
    throw .infeasible("the borders of bins must ascend")
  }
  var counts = [Int](repeating: 0, count: edges.count - 1)
  var outside = 0
  for value in x {
    guard value >= edges[0], value <= edges[edges.count - 1] else {
      outside += 1
      continue
    }
    var (low, high) = (0, edges.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if value < edges[middle] { high = middle } else { low = middle }
    }
    counts[low] += 1
  }
  return Histogram(edges: edges, counts: counts, outside: outside)
}

/// Counts of `x` in `bins` equal bins over its range, or over `range`.
///
/// - Throws: `MathError.undefined` when no range is given and no value is finite.
public func histogram(_ x: [Double], bins: Int, range: ClosedRange<Double>? = nil) throws(MathError)
  -> Histogram
{
  guard bins > 0 else { throw .infeasible("a histogram of \(bins) bins") }
  var (low, high) = (range?.lowerBound ?? .infinity, range?.upperBound ?? -.infinity)
  if range == nil {
    for value in x where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
  }
  guard low <= high else { throw .undefined("the range of no finite value") }
  if low == high { (low, high) = (low - 0.5, high + 0.5) }
  let edges = (0...bins).map { low + (high - low) * (Double($0) / Double(bins)) }
  return try histogram(x, edges: edges)
}

/// Wasserstein-1 distance between two samples: the area between their distribution functions.
///
/// - Throws: `MathError.undefined` when a sample is empty.
/// - Complexity: O(*n* log *n*).
public func wasserstein1(_ x: [Double], _ y: [Double]) throws(MathError) -> Double {
  guard !x.isEmpty, !y.isEmpty else {
    throw .undefined("the distance between \(x.count) and \(y.count) values")
  }
  let (a, b) = (x.sorted(), y.sorted())
  if a.count == b.count { return zip(a, b).reduce(0) { $0 + ($1.0 - $1.1).magnitude } / Double(a.count) }
  var (i, j, area) = (0, 0, 0.0)
  var place = min(a[0], b[0])
  while i < a.count || j < b.count {
    let next = i < a.count && (j == b.count || a[i] <= b[j]) ? a[i] : b[j]
    area += (Double(i) / Double(a.count) - Double(j) / Double(b.count)).magnitude * (next - place)
    place = next
    while i < a.count, a[i] == next { i += 1 }
    while j < b.count, b[j] == next { j += 1 }
  }
  return area
}
