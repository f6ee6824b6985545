import EngramKit

/// How well a Hebbian network keeps its patterns as their number grows, beside the mean-field theory.
public struct HopfieldCapacity: Analysis {
  public static let name = "hopfield-capacity"
  public static let summary =
    "Retrieval overlap, errors, basins and spurious states of Hebbian networks against load, with theory."
  public static let reference =
    "Amit, Gutfreund & Sompolinsky (1985) Phys. Rev. Lett. 55, 1530; Krotov & Hopfield (2016) arXiv:1606.01164"
  public static let parameters: [Parameter<Self>] = [
    .integer("neurons", \.neurons, in: 2...20_000, "Number of units N."),
    .reals("loads", \.loads, unit: .one, in: 0...10, "Patterns over units."),
    .integer("networks", \.networks, in: 1...10_000, "Networks for each load."),
    .integer("tested", \.tested, in: 1...10_000, "Patterns tested in each network."),
    .reals(
      "flips", \.flips, unit: .one, in: 0...0.5,
      "Shares of flipped bits tried for the basin, ascending; none skips it."),
  ]
  public static let writes = [
    Dataset("capacity/load", .array, ["load"], unit: .one, "Patterns over units, as realised."),
    Dataset(
      "capacity/overlap", .array, ["load"], unit: .one,
      "Mean overlap of the state reached from a pattern with it."),
    Dataset(
      "capacity/theory_overlap", .array, ["load"], unit: .one,
      "Overlap by mean-field theory; 0 beyond its capacity."),
    Dataset(
      "capacity/retrieved", .array, ["load"], unit: .one, "Share of patterns kept with overlap above 0.9."),
    Dataset(
      "capacity/one_step_error", .array, ["load"], unit: .one,
      "Share of bits that flip in one synchronous step from a pattern."),
    Dataset("capacity/one_step_theory", .array, ["load"], unit: .one, "erfc(1/sqrt(2 load)) / 2."),
    Dataset(
      "capacity/basin", .array, ["load"], unit: .one,
      "Largest share of flipped bits with 90 % recall; NaN where none reaches it."),
    Dataset(
      "capacity/spurious", .array, ["load"], unit: .one,
      "Share of random starts that end in no memory or complement."),
    Dataset("capacity/critical_load", .array, [], unit: .one, "Load at which mean-field retrieval ends."),
    Dataset(
      "capacity/dense_maximum", .array, ["power"], unit: .one,
      "Error-free patterns of dense memories with power 2, 3, 4: N^(n-1) / (2 (2n-3)!! ln N)."),
  ]
  public static let figures = [
    Figure(
      "capacity", "Retrieval against load", x: .init("patterns / units"), y: .init("overlap"),
      [
        .line(x: "capacity/load", y: "capacity/theory_overlap", label: "mean-field theory"),
        .points(x: "capacity/load", y: "capacity/overlap", label: "simulation"),
        .verticalRule("capacity/critical_load", label: "capacity"),
      ],
      caption:
        "Overlap of the state reached from a stored pattern; retrieval breaks down near 0.138 patterns a unit."
    )
  ]

  var neurons = 400
  var loads = [0.05, 0.08, 0.10, 0.12, 0.14, 0.16, 0.20]
  var networks = 4
  var tested = 5
  var flips: [Double] = []

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    var columns: [String: [Double]] = [:]
    for (number, load) in loads.enumerated() {
      let count = max(1, Int((load * Double(neurons)).rounded()))
      let realised = Double(count) / Double(neurons)
      let measured = measure(count, random.substream(number))
      columns["load", default: []].append(realised)
      columns["overlap", default: []].append(measured.overlap)
      columns["retrieved", default: []].append(measured.retrieved)
      columns["one_step_error", default: []].append(measured.oneStep)
      columns["basin", default: []].append(measured.basin)
      columns["spurious", default: []].append(measured.spurious)
      columns["theory_overlap", default: []].append(Self.meanFieldOverlap(realised))
      columns["one_step_theory", default: []].append(erfc((1 / (2 * realised)).squareRoot()) / 2)
      outputs.progress(Double(number + 1) / Double(loads.count), "load \(shortest(load))")
    }
    for (name, values) in columns.sorted(by: { $0.key < $1.key }) {
      try outputs.put("capacity/\(name)", values)
    }
    try outputs.put("capacity/critical_load", Self.criticalLoad())
    let n = Double(neurons)
    try outputs.put(
      "capacity/dense_maximum",
      [1.0, 3, 15].enumerated().map { pow(n, Double($0.offset + 1)) / (2 * $0.element * log(n)) })
    if columns["basin", default: []].contains(where: \.isNaN) {
      outputs.note(
        "capacity/basin is NaN where no tried share of flipped bits is repaired in 90 % of the cases")
    }
  }

  private struct Measured {
    var overlap = 0.0, retrieved = 0.0, oneStep = 0.0, spurious = 0.0
    var basin = Double.nan
  }

  private func measure(_ count: Int, _ stream: RandomStream) -> Measured {
    var result = Measured()
    var repaired = [Int](repeating: 0, count: flips.count)
    let trials = Double(networks * min(tested, count))
    var random = stream
    for _ in 0..<networks {
      let memory = HebbianMemory(units: neurons, patterns: count, &random)
      for pattern in 0..<min(tested, count) {
        let start = memory.pattern(pattern)
        result.oneStep += Double(memory.misaligned(start)) / Double(neurons) / trials
        let overlap = memory.overlap(memory.relaxed(start), pattern)
        result.overlap += overlap / trials
        result.retrieved += (overlap > 0.9 ? 1 : 0) / trials
        for (place, share) in flips.enumerated() {
          let bits = random.choose(Int((share * Double(neurons)).rounded()), of: neurons)
          var cue = start
          for bit in bits { cue[bit] *= -1 }
          if memory.overlap(memory.relaxed(cue), pattern) > 0.9 { repaired[place] += 1 }
        }
        let end = memory.relaxed((0..<neurons).map { _ in random.sign() })
        let best = (0..<count).map { abs(memory.overlap(end, $0)) }.max() ?? 0
        result.spurious += (best > 0.9 ? 0 : 1) / trials
      }
    }
    result.basin = flips.indices.last { Double(repaired[$0]) >= 0.9 * trials }.map { flips[$0] } ?? .nan
    return result
  }

  /// Largest root of y (sqrt(2 load) + 2/sqrt(pi) exp(-y^2)) = erf y, as the overlap erf y; 0 where there is none.
  static func meanFieldOverlap(_ load: Double) -> Double {
    func f(_ y: Double) -> Double {
      y * ((2 * load).squareRoot() + 2 / Double.pi.squareRoot() * exp(-y * y)) - erf(y)
    }
    // Above the root f is positive; below it negative down to the next one. Near y = 0, f vanishes for any load.
    var y = max(10, 2 / (2 * load).squareRoot())
    while y > 0.2 {
      let next = y - 0.001
      if f(next) < 0 { return erf(bisected(next, y, f)) }
      y = next
    }
    return 0
  }

  private static func bisected(_ low: Double, _ high: Double, _ f: (Double) -> Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if f(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Largest load with a retrieval root: the maximum over y of (erf y / y - 2/sqrt(pi) exp(-y^2))^2 / 2.
  static func criticalLoad() -> Double {
    func load(_ y: Double) -> Double {
      let root = erf(y) / y - 2 / Double.pi.squareRoot() * exp(-y * y)
      return root * root / 2
    }
    var (low, high) = (0.5, 3.0)
    while high - low > 1e-9 {
      let (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
      if load(a) < load(b) { low = a } else { high = b }
    }
    return load((low + high) / 2)
  }
}
