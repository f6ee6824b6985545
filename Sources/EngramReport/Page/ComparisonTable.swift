/// What `reproduce` compared with published or reference numbers.
struct ComparisonTable {
  private let comparisons: [Comparison]

  init(_ comparisons: [Comparison]) { self.comparisons = comparisons }

  var html: HTML {
    guard !comparisons.isEmpty else { return .nothing }
    let failed = comparisons.count { !$0.passes }
    let headline =
      failed == 0
      ? "All \(comparisons.count) numbers lie within their bands"
      : "\(failed) of \(comparisons.count) numbers lie outside"
    var table = Table(columns: [
      .init(name: "Number"), .init(name: "Here", numeric: true), .init(name: "Wanted", numeric: true),
      .init(name: "Published", numeric: true), .init(name: "Comparison"), .init(name: "Source", wide: true),
    ])
    for comparison in comparisons {
      let unit = unitText(comparison.unit)
      table.rows.append([
        HTML(comparison.name),
        HTML(readable(comparison.value) + (unit.isEmpty ? "" : " " + unit)), HTML(comparison.band),
        HTML(comparison.published.isEmpty ? "–" : comparison.published),
        .tag(
          "span", ["class": comparison.passes ? "good" : "bad"], comparison.passes ? "✓ within" : "✗ outside"),
        HTML(comparison.source),
      ])
    }
    return .tag("section", ["id": "comparisons"], .tag("h2", [:], HTML(headline)), table.html)
  }
}
