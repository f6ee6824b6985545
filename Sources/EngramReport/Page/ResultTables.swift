import EngramKit

/// Tables of the scalar and small results of a step.
struct ResultTables {
  let results: [ResultEntry]

  /// Lists and matrices up to this many rows and columns are printed in full.
  private static let most = 16

  var html: HTML {
    var matrices: [HTML] = []
    var vectors: [HTML] = []
    var others: [ResultEntry] = []
    for result in results where result.scalar == nil {
      guard case .numbers(let values) = result.content, values.count > 0 else {
        others.append(result)
        continue
      }
      switch values.rank {
      case 1 where values.count <= Self.most: vectors.append(list(result, values))
      case 2 where max(values.rows, values.columns) <= Self.most: matrices.append(matrix(result, values))
      case 3 where values.count <= 216 && values.shape.allSatisfy({ $0 <= 6 }):
        matrices.append(cube(result, values))
      default: others.append(result)
      }
    }
    var pieces: [HTML] = []
    let scalars = results.filter { $0.scalar != nil }
    if !scalars.isEmpty { pieces += [.tag("h3", [:], "Numbers"), scalarTable(scalars)] }
    if !vectors.isEmpty || !matrices.isEmpty {
      pieces += [
        .tag("h3", [:], vectors.isEmpty ? "Matrices" : matrices.isEmpty ? "Lists" : "Lists and matrices"),
        .tag("div", ["class": "matrices"], vectors + matrices),
      ]
    }
    if !others.isEmpty { pieces += [summaries(others)] }
    return .all(pieces)
  }

  private func scalarTable(_ scalars: [ResultEntry]) -> HTML {
    var table = Table(columns: [
      .init(name: "Result"), .init(name: "Value", numeric: true), .init(name: "Unit"),
      .init(name: "Meaning", wide: true),
    ])
    for result in scalars {
      guard let value = result.scalar else { continue }
      table.rows.append([
        HTML(words(result.name)), Self.number(value), HTML(unitText(result.unit)), HTML(result.summary),
      ])
    }
    return table.html
  }

  /// A number for reading, with all its digits where the pointer rests.
  static func number(_ value: Double, digits: Int = 5) -> HTML {
    .tag("span", ["title": "\(value)"], HTML(readable(value, digits: digits)))
  }

  /// Names along an axis: of the labels that name it, else numbers from 1.
  private func names(_ axis: String?, _ count: Int) -> [String] {
    let lists = results.compactMap { result -> (entry: ResultEntry, words: [String])? in
      if case .labels(let words) = result.content, words.count == count { (result, words) } else { nil }
    }
    let named = wordsIndex(along: axis, among: lists.map { ($0.entry.name, $0.entry.axes.first) })
    return named.map { lists[$0].words } ?? (1...max(count, 1)).map { "\($0)" }
  }

  private func heading(_ result: ResultEntry, _ extra: String = "") -> HTML {
    let unit = unitText(result.unit)
    return .tag(
      "caption", [:],
      .tag("b", [:], HTML(words(result.name) + (unit.isEmpty ? "" : " (\(unit))"))),
      HTML(" " + [result.summary, extra].filter { !$0.isEmpty }.joined(separator: " ")))
  }

  private func list(_ result: ResultEntry, _ values: Tensor<Double>) -> HTML {
    let map = ColourMap(values.elements)
    let axis = result.axes.first ?? ""
    let names = names(axis, values.count)
    return .tag(
      "div", ["class": "scroll"],
      .tag(
        "table", ["class": "heat"], heading(result),
        .tag(
          "thead", [:],
          .tag("tr", [:], names.map { .tag("th", ["scope": "col"], HTML($0)) })),
        .tag("tbody", [:], .tag("tr", [:], values.elements.map { cell($0, map) }))))
  }

  private func matrix(_ result: ResultEntry, _ values: Tensor<Double>) -> HTML {
    let map = ColourMap(values.elements)
    let rows = names(result.axes.first, values.rows)
    let columns = names(result.axes.dropFirst().first, values.columns)
    let corner =
      result.axes.count == 2
      ? "\(words(result.axes[0]).lowercased()) ↓  \(words(result.axes[1]).lowercased()) →" : ""
    let head =
      [HTML.tag("td", ["class": "quiet"], HTML(corner))]
      + columns.map { .tag("th", ["scope": "col"], HTML($0)) }
    let body = (0..<values.rows).map { row in
      HTML.tag(
        "tr", [:],
        [.tag("th", ["scope": "row"], HTML(rows[row]))] + values.row(row).map { cell($0, map) })
    }
    return .tag(
      "div", ["class": "scroll"],
      .tag(
        "table", ["class": "heat"], heading(result), .tag("thead", [:], .tag("tr", [:], head)),
        .tag("tbody", [:], body)))
  }

  /// Three axes as one line for each first and second name, and a column for each third.
  private func cube(_ result: ResultEntry, _ values: Tensor<Double>) -> HTML {
    let map = ColourMap(values.elements)
    let labels = (0..<3).map { names($0 < result.axes.count ? result.axes[$0] : nil, values.shape[$0]) }
    let corner = result.axes.count == 3 ? result.axes.joined(separator: ", ") : ""
    let head =
      [HTML.tag("td", ["class": "quiet"], HTML(corner))]
      + labels[2].map { .tag("th", ["scope": "col"], HTML($0)) }
    var body: [HTML] = []
    for i in 0..<values.shape[0] {
      for j in 0..<values.shape[1] {
        let cells = (0..<values.shape[2]).map { cell(values[i, j, $0], map) }
        body.append(
          .tag("tr", [:], [.tag("th", ["scope": "row"], HTML("\(labels[0][i]), \(labels[1][j])"))] + cells))
      }
    }
    return .tag(
      "div", ["class": "scroll"],
      .tag(
        "table", ["class": "heat"], heading(result), .tag("thead", [:], .tag("tr", [:], head)),
        .tag("tbody", [:], body)))
  }

  private func cell(_ value: Double, _ map: ColourMap) -> HTML {
    let pixel = map.pixel(value)
    let cover = Double(pixel >> 24) / 255
    let colour = !value.isFinite ? ColourMap.missing : value < 0 ? ColourMap.below : ColourMap.above
    // At most six tenths, so that the number can be read on light and dark.
    let style =
      "background:rgba(\(colour.red),\(colour.green),\(colour.blue),\(short(0.6 * cover)))"
    return .tag("td", ["style": style, "title": "\(value)"], HTML(readable(value, digits: 3)))
  }

  private func summaries(_ results: [ResultEntry]) -> HTML {
    var table = Table(columns: [
      .init(name: "Dataset"), .init(name: "Shape"), .init(name: "Unit"), .init(name: "Least", numeric: true),
      .init(name: "Mean", numeric: true), .init(name: "Most", numeric: true),
      .init(name: "Meaning", wide: true),
    ])
    for result in results {
      var row = [HTML.tag("code", [:], HTML(result.name))]
      var numbers = [HTML.nothing, .nothing, .nothing]
      let shape: [Int]
      switch result.content {
      case .labels(let words): shape = [words.count]
      case .large(let known): shape = known
      case .numbers(let values):
        shape = values.shape
        let finite = values.elements.filter(\.isFinite)
        if let least = finite.min(), let most = finite.max() {
          let mean = finite.reduce(0, +) / Double(finite.count)
          numbers = [least, mean, most].map { Self.number($0, digits: 4) }
        }
      }
      let lengths = shape.enumerated().map { place, length in
        (place < result.axes.count ? result.axes[place] + " " : "") + decimal(Double(length), 0)
      }
      row += [HTML(lengths.joined(separator: " × ")), HTML(unitText(result.unit))]
      table.rows.append(row + numbers + [HTML(result.summary)])
    }
    let title = HTML.tag(
      "summary", [:], HTML("All \(counted(results.count, "dataset")) in the file with many numbers"))
    return .tag("details", [:], title, table.html)
  }
}
