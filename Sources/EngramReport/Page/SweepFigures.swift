import EngramKit

/// Scalar results over swept values: points with the mean over repeats, and the table of all runs.
enum SweepFigures {
  /// Figures made at most; the table holds the rest.
  private static let most = 6

  /// A step whose figures show each scalar over the first swept number.
  static func step(_ sweep: SweepTable) -> StepResult {
    var step = StepResult(name: "runs", plugin: "runs")
    var datasets: [String: Stored] = [:]
    let swept = sweep.swept.first { column in column.values.allSatisfy { number($0) != nil } }
    let positions = swept?.values.compactMap(number) ?? sweep.runs.indices.map(Double.init)
    let others = sweep.swept.filter { $0.name != swept?.name }
    // What else was varied tells the points apart by marker and colour.
    let groups = sweep.runs.indices.map { run in
      others.map { "\($0.name) = \($0.values[run])" }.joined(separator: ", ")
    }
    datasets["x"] = .numbers(Tensor(positions, shape: [positions.count]))
    if !others.isEmpty { datasets["groups"] = .labels(groups) }
    for (place, output) in sweep.outputs.prefix(most).enumerated() {
      let values = output.values.map { number($0) ?? .nan }
      datasets["y\(place)"] = .numbers(Tensor(values, shape: [values.count]))
      var layers: [Layer] = []
      let means = means(positions, values)
      if others.isEmpty, means.x.count > 1, means.x.count < positions.count || swept != nil {
        datasets["mx\(place)"] = .numbers(Tensor(means.x, shape: [means.x.count]))
        datasets["my\(place)"] = .numbers(Tensor(means.y, shape: [means.y.count]))
        layers.append(.line(x: "mx\(place)", y: "my\(place)", label: "mean"))
      }
      layers.append(.points(x: "x", y: "y\(place)", label: "runs", groups: others.isEmpty ? nil : "groups"))
      var x = Figure.Axis(swept.map { words($0.name) } ?? "Run")
      x.unit = swept?.unit ?? "1"
      var y = Figure.Axis(words(output.name))
      y.unit = output.unit
      step.figures.append(
        Figure(
          slug(output.name), words(output.name), x: x, y: y, layers,
          caption: "\(words(output.name)) of each run over \(swept?.name ?? "the number of the run").")
      )
    }
    step.source = Inputs(datasets)
    return step
  }

  /// All runs: what was varied and what came out.
  static func table(_ sweep: SweepTable) -> HTML {
    let columns = sweep.swept + sweep.outputs
    var table = Table(
      columns: [.init(name: "Run")]
        + columns.map { column in
          let unit = unitText(column.unit)
          return .init(name: words(column.name) + (unit.isEmpty ? "" : " (\(unit))"), numeric: true)
        })
    for (run, name) in sweep.runs.enumerated().prefix(200) {
      table.rows.append(
        [HTML(name)]
          + columns.map { column in
            number(column.values[run]).map { ResultTables.number($0, digits: 4) }
              ?? HTML(column.values[run].description)
          })
    }
    let rest = sweep.runs.count - table.rows.count
    let more =
      rest > 0
      ? HTML.tag("p", ["class": "quiet"], HTML("\(rest) more runs are in the index file.")) : .nothing
    return .all([table.html, more])
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .real(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }

  /// The mean of `y` at each distinct `x`, in ascending order; numbers that are missing do not count.
  private static func means(_ x: [Double], _ y: [Double]) -> (x: [Double], y: [Double]) {
    var sums: [Double: (sum: Double, count: Double)] = [:]
    for (x, y) in zip(x, y) where y.isFinite {
      sums[x, default: (0, 0)].sum += y
      sums[x, default: (0, 0)].count += 1
    }
    let places = sums.keys.sorted()
    return (places, places.map { place in sums[place].map { $0.sum / $0.count } ?? .nan })
  }
}
