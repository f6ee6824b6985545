import EngramKit

/// Fixed points of a Morris-Lecar cell against the current, with their eigenvalues, and where they are born or lose stability.
public struct Bifurcation: Analysis {
  public static let name = "bifurcation"
  public static let summary =
    "Fixed points of a Morris-Lecar cell with eigenvalues, folds and Hopf points: how firing begins."
  public static let reference = "Rinzel & Ermentrout (1998) in Methods in Neuronal Modeling, ch. 7"
  public static let parameters: [Parameter<Self>] = [
    .choice("preset", \.preset, "Constants of the cell."),
    .reals(
      "currents", \.currents, unit: .currentDensity, in: -1e6...1e6,
      "Currents at which fixed points are listed."),
    .real("lowest", \.lowest, unit: .millivolt, in: -1e3...1e3, "Lowest voltage that is searched."),
    .real("highest", \.highest, unit: .millivolt, in: -1e3...1e3, "Highest voltage that is searched."),
  ]
  public static let writes = [
    Dataset(
      "branch/voltage", .array, ["point"], unit: .millivolt, "Voltages along the curve of fixed points."),
    Dataset(
      "branch/current", .array, ["point"], unit: .currentDensity, "The current that holds each voltage."),
    Dataset(
      "branch/growth", .array, ["point"], unit: .perMillisecond, "Largest real part of the eigenvalues."),
    Dataset("fixed/current", .array, ["fixed"], unit: .currentDensity, "Current of each listed fixed point."),
    Dataset("fixed/voltage", .array, ["fixed"], unit: .millivolt, "Its voltage, ascending for each current."),
    Dataset(
      "fixed/eigenvalues", .array, ["fixed", "eigenvalue", "part"], unit: .perMillisecond,
      "Both eigenvalues, the larger real part first; real and imaginary parts."),
    Dataset(
      "fold/current", .array, ["fold"], unit: .currentDensity, "Currents at which two fixed points meet."),
    Dataset("fold/voltage", .array, ["fold"], unit: .millivolt, "Voltages there, ascending."),
    Dataset(
      "hopf/current", .array, ["hopf"], unit: .currentDensity, "Currents at which an oscillation is born."),
    Dataset("hopf/voltage", .array, ["hopf"], unit: .millivolt, "Voltages there, ascending."),
  ]
  public static let figures = [
    Figure(
      "branch", "Fixed points", x: .init("current", unit: .currentDensity),
      y: .init("voltage", unit: .millivolt),
      [
        .line(x: "branch/current", y: "branch/voltage", label: "fixed points"),
        .points(x: "fold/current", y: "fold/voltage", label: "folds"),
        .points(x: "hopf/current", y: "hopf/voltage", label: "Hopf points"),
      ],
      caption:
        "Where the lower branch ends at a fold, firing begins at 0 Hz; at a Hopf point it begins at a finite rate."
    )
  ]

  var preset = MorrisLecarCell.Preset.snic
  var currents = [0.0, 30, 60]
  var lowest = -90.0
  var highest = 60.0

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard lowest < highest else {
      throw Problem("the lowest voltage \(shortest(lowest)) mV is not below \(shortest(highest)) mV")
    }
    let cell = MorrisLecarCell(preset)
    let grid = (0...3000).map { lowest + (highest - lowest) * Double($0) / 3000 }
    try outputs.put("branch/voltage", grid)
    try outputs.put("branch/current", grid.map { cell.steadyCurrent($0) })
    try outputs.put("branch/growth", grid.map { eigenvalues(cell, $0)[0].real })
    var (fixedCurrents, voltages, values) = ([Double](), [Double](), [Double]())
    for current in currents {
      for v in zeros(grid, { cell.steadyCurrent($0) - current }) {
        fixedCurrents.append(current)
        voltages.append(v)
        values += eigenvalues(cell, v).flatMap { [$0.real, $0.imaginary] }
      }
    }
    try outputs.put("fixed/current", fixedCurrents)
    try outputs.put("fixed/voltage", voltages)
    try outputs.put("fixed/eigenvalues", Tensor(values, shape: [voltages.count, 2, 2]))
    func put(_ name: String, _ places: [Double]) throws {
      try outputs.put("\(name)/voltage", places)
      try outputs.put("\(name)/current", places.map { cell.steadyCurrent($0) })
    }
    try put("fold", zeros(grid) { invariants(cell, $0).determinant })
    // A vanishing trace is a Hopf point only where the eigenvalues are a pair.
    try put(
      "hopf", zeros(grid) { invariants(cell, $0).trace }.filter { invariants(cell, $0).determinant > 0 })
  }

  private func invariants(_ cell: MorrisLecarCell, _ v: Double) -> (trace: Double, determinant: Double) {
    let j = cell.jacobian(v, cell.recovery(v))
    return (j[0, 0] + j[1, 1], j[0, 0] * j[1, 1] - j[0, 1] * j[1, 0])
  }

  private func eigenvalues(_ cell: MorrisLecarCell, _ v: Double) -> [Complex] {
    let (trace, determinant) = invariants(cell, v)
    let square = trace * trace / 4 - determinant
    let root = square.magnitude.squareRoot()
    return square >= 0
      ? [Complex(trace / 2 + root), Complex(trace / 2 - root)]
      : [Complex(trace / 2, root), Complex(trace / 2, -root)]
  }

  /// Where `f` changes sign between points of the grid, to rounding.
  private func zeros(_ grid: [Double], _ f: (Double) -> Double) -> [Double] {
    var found: [Double] = []
    for (a, b) in zip(grid, grid.dropFirst()) where (f(a) < 0) != (f(b) < 0) {
      var (low, high) = (a, b)
      let rises = f(a) < 0
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if (f(middle) < 0) == rises { low = middle } else { high = middle }
      }
      found.append((low + high) / 2)
    }
    return found
  }
}
