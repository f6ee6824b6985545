import Foundation

/// Edges of the bins of a histogram; bin `i` is `edges[i] ..< edges[i + 1]`, the last one closed.
struct Binning: Sendable, Hashable {
  var edges: [Double]

  /// At most this many bins: more cannot be told apart in a figure.
  static let most = 120

  /// Bins for `numbers`, all finite: `count` of them, or by the rule of Freedman and Diaconis
  /// (2 IQR n^(-1/3)); Sturges' where the quartiles coincide. Whole numbers get bins of whole width.
  init(_ numbers: [Double], count: Int? = nil, logarithmic: Bool = false) {
    let values = (logarithmic ? numbers.map { log10($0) } : numbers).sorted()
    guard let low = values.first, let high = values.last else {
      edges = [0, 1]
      return
    }
    let whole = !logarithmic && high - low < 1e9 && values.allSatisfy { $0 == $0.rounded() }
    guard high - low > 1e-12 * max(abs(low), abs(high)) else {
      let half = whole || low == 0 ? 0.5 : 0.05 * abs(low)
      edges = [low - half, low + half].map { logarithmic ? pow10($0) : $0 }
      return
    }
    var bins = count ?? Self.bins(values, low, high)
    bins = min(max(bins, 1), Self.most)
    if whole, count == nil {
      let width = max(1, ((high - low + 1) / Double(bins)).rounded(.up))
      bins = Int(((high - low + 1) / width).rounded(.up))
      edges = (0...bins).map { low - 0.5 + Double($0) * width }
      return
    }
    let width = (high - low) / Double(bins)
    edges = (0...bins).map { $0 == bins ? high : low + Double($0) * width }
    if logarithmic { edges = edges.map(pow10) }
  }

  private static func bins(_ sorted: [Double], _ low: Double, _ high: Double) -> Int {
    let n = Double(sorted.count)
    let quartiles = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
    let sturges = Int(log2(n).rounded(.up)) + 1
    let width = 2 * quartiles / cbrt(n)
    guard width > 0 else { return sturges }
    return max(sturges, Int(min((high - low) / width, Double(most))))
  }

  /// How many of `numbers` fall into each bin.
  func counts(_ numbers: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: edges.count - 1)
    for number in numbers {
      guard number >= edges[0], number <= edges[edges.count - 1] else { continue }
      var low = 0
      var high = counts.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if edges[middle] <= number { low = middle } else { high = middle }
      }
      counts[low] += 1
    }
    return counts
  }
}
