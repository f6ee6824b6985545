/// What `reproduce` compared with published or reference numbers.
struct VerdictTable {
  private let verdicts: [Verdict]

  init(_ verdicts: [Verdict]) { self.verdicts = verdicts }

  var html: HTML {
    guard !verdicts.isEmpty else { return .nothing }
    let failed = verdicts.count { !$0.passes }
    let headline =
      failed == 0
      ? "All \(verdicts.count) numbers lie within their bands"
      : "\(failed) of \(verdicts.count) numbers lie outside"
    var table = Table(columns: [
      .init(name: "Number"), .init(name: "Here", numeric: true), .init(name: "Wanted", numeric: true),
      .init(name: "Published", numeric: true), .init(name: "Verdict"), .init(name: "Source", wide: true),
    ])
    for verdict in verdicts {
      let unit = unitText(verdict.unit)
      table.rows.append([
        HTML(verdict.name),
        HTML(readable(verdict.value) + (unit.isEmpty ? "" : " " + unit)), HTML(verdict.band),
        HTML(verdict.published.isEmpty ? "–" : verdict.published),
        .tag("span", ["class": verdict.passes ? "good" : "bad"], verdict.passes ? "✓ within" : "✗ outside"),
        HTML(verdict.source),
      ])
    }
    return .tag("section", ["id": "verdicts"], .tag("h2", [:], HTML(headline)), table.html)
  }
}
