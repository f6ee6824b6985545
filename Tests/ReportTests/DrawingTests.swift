import EngramKit
import EngramReport
import Foundation
import Testing

@Suite("Figures")
struct DrawingTests {
  /// A figure of points over [x], [y] with linear or logarithmic axes.
  static func points(
    _ x: [Double], _ y: [Double], logarithmic: Bool = false,
    kind: (String, String) -> Layer = {
      .points(x: $0, y: $1, label: "points")
    }
  ) throws -> Drawing? {
    let figure = Figure(
      "test", "Test", x: .init("Time", unit: .millisecond), y: .init("Value", logarithmic: logarithmic),
      [kind("x", "y")], caption: "A test.")
    return try Drawing.of(
      figure, from: Inputs(["x": Gallery.numbers(x), "y": Gallery.numbers(y)]), titled: true)
  }

  static func facts(_ drawing: Drawing?) throws -> SVGFacts {
    let svg = try #require(drawing).svg(title: "Test")
    return try #require(SVGFacts(svg))
  }

  @Test(
    "ticks are evenly spaced multiples of 1, 2, 2.5 or 5 times a power of ten",
    arguments: [
      (0.0, 1.0), (0.0, 10.0), (-3.7, 12.2), (0.013, 0.0191), (-250.0, 9000.0), (99_990.0, 100_020.0),
    ])
  func linearTicks(low: Double, high: Double) throws {
    let facts = try Self.facts(try Self.points([low, high], [low, high]))
    for horizontal in [true, false] {
      let ticks = facts.ticks(horizontal: horizontal).sorted { $0.value < $1.value }
      try #require(ticks.count >= 3)
      let step = ticks[1].value - ticks[0].value
      let mantissa = step / pow(10, (log10(step) + 1e-9).rounded(.down))
      #expect([1, 2, 2.5, 5].contains { abs($0 - mantissa) < 1e-6 })
      let pixels = abs(ticks[1].at - ticks[0].at)
      for (a, b) in zip(ticks, ticks.dropFirst()) {
        #expect(abs(b.value - a.value - step) < 1e-6 * max(abs(a.value), step))
        // Positions are written in hundredths of a pixel.
        #expect(abs(abs(b.at - a.at) - pixels) < 0.021)
      }
      let multiple = ticks[0].value / step
      #expect(abs(multiple - multiple.rounded()) < 1e-6)
    }
  }

  @Test("equal ratios are equally far apart on a logarithmic axis")
  func logarithmicTicks() throws {
    let drawing = try Self.points([1, 2, 3], [0.02, 3, 40_000], logarithmic: true)
    let ticks = try Self.facts(drawing).ticks(horizontal: false).sorted { $0.value < $1.value }
    try #require(ticks.count >= 3)
    let perDecade = (ticks[0].at - ticks[1].at) / log10(ticks[1].value / ticks[0].value)
    for (a, b) in zip(ticks, ticks.dropFirst()) {
      #expect(log10(b.value) == log10(b.value).rounded())
      #expect(abs((a.at - b.at) / log10(b.value / a.value) - perDecade) < 0.03)
    }
  }

  @Test("what a logarithmic axis has no place for is counted, not drawn")
  func notPositive() throws {
    let drawing = try #require(try Self.points([1, 2, 3, 4], [10, 0, -1, .nan], logarithmic: true))
    #expect(drawing.notes.contains { $0.hasPrefix("2 of 4") && $0.contains("not positive") })
    #expect(drawing.notes.contains { $0.hasPrefix("1 of 4") && $0.contains("NaN") })
  }

  @Test("one unit is as long on both axes of the complex plane", arguments: [1.0, 0.2, 5.0])
  func equalScales(height: Double) throws {
    let values = (0..<40).flatMap { [cos(Double($0)), height * sin(Double($0))] }
    let figure = Figure(
      "plane", "Plane", x: .init("Re"), y: .init("Im"), [.complex("z", label: "z")], caption: "Eigenvalues.")
    let drawing = try Drawing.of(
      figure, from: Inputs(["z": Gallery.numbers(values, [40, 2])]), titled: false)
    let facts = try Self.facts(drawing)
    func pixelsPerUnit(_ horizontal: Bool) throws -> Double {
      let ticks = facts.ticks(horizontal: horizontal).sorted { $0.value < $1.value }
      try #require(ticks.count >= 2)
      return abs(ticks[ticks.count - 1].at - ticks[0].at) / (ticks[ticks.count - 1].value - ticks[0].value)
    }
    let (x, y) = (try pixelsPerUnit(true), try pixelsPerUnit(false))
    #expect(abs(x / y - 1) < 1e-3)
  }

  @Test("a dataset is drawn in the unit of the axis, and the label says which")
  func units() throws {
    let facts = try Self.facts(try Self.points([0, 1], [0, 1]))
    #expect(facts.all("text").contains { $0.text == "Time (ms)" })
  }

  @Test("equal input gives equal bytes in every format, without the time of day")
  func deterministic() throws {
    for figure in Gallery.figures {
      let drawings = try (0..<2).map { _ in
        try #require(try Drawing.of(figure, from: Inputs(Gallery.datasets), titled: true))
      }
      #expect(try drawings[0].svg(title: "t") == drawings[1].svg(title: "t"))
      #expect(try drawings[0].png() == drawings[1].png())
      let pdf = try drawings[0].pdf(title: "t")
      #expect(try pdf == drawings[1].pdf(title: "t"))
      #expect(pdf.range(of: Data("20000101000000Z".utf8)) != nil)
    }
  }

  @Test("light and dark differ in colours alone")
  func themes() throws {
    let drawing = try #require(try Self.points([0, 1], [2, 3]))
    let (light, dark) = (try drawing.svg(.light, title: "t"), try drawing.svg(.dark, title: "t"))
    let colour = #/#[0-9a-f]{6}/#
    #expect(light != dark)
    #expect(light.replacing(colour, with: "") == dark.replacing(colour, with: ""))
  }

  @Test(
    "numbers of any kind are drawn without harm",
    arguments: [
      [], [.nan], [1], [0, 0, 0], [.infinity, 1], [1e308, -1e308], [1e-305, 2e-305], [1, .nan, 3], [-2, -1],
      [1e15, 1e15 + 1],
    ] as [[Double]])
  func robust(values: [Double]) throws {
    let datasets: [String: Stored] = [
      "v": Gallery.numbers(values), "n": Gallery.numbers(values, [1, values.count]),
      "z": Gallery.numbers(values + values, [values.count, 2]),
      "words": .labels(values.indices.map { "word \($0)" }),
      "pictures": Gallery.numbers(values, [1, 1, values.count]), "one": Gallery.numbers([.nan], []),
    ]
    let layers: [Layer] = [
      .line(x: "v", y: "v", label: "l"), .line(x: "index", y: "v", label: "l"),
      .points(x: "v", y: "v", label: "p", errors: "v", groups: "words"), .complex("z", label: "c"),
      .band(x: "v", lower: "v", upper: "v", label: "b"), .ellipse("one", label: "e"),
      .bars(labels: "words", values: "v", label: "b", errors: "v"), .histogram("v", label: "h"),
      .image("n", label: "i", labels: "words"), .tiles("pictures", label: "t"),
      .raster(times: "v", rows: "v"), .verticalRule("one", label: "r"),
      .map("n", x: "v", y: "one", label: "m"),
    ]
    for layer in layers {
      for logarithmic in [false, true] {
        let figure = Figure(
          "f", "F", x: .init("x", logarithmic: logarithmic), y: .init("y", logarithmic: logarithmic), [layer],
          caption: "F.")
        let drawing = try #require(try Drawing.of(figure, from: Inputs(datasets), titled: true))
        let svg = try drawing.svg(title: "F")
        #expect(SVGFacts(svg) != nil)
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        #expect(try !drawing.png(scale: 1).isEmpty)
      }
    }
  }

  @Test("a figure whose datasets are absent is left out")
  func absent() throws {
    let figure = Figure(
      "f", "F", x: .init("x"), y: .init("y"),
      [.line(x: "a", y: "b", label: "l"), .fixedVertical(1, label: "1")],
      caption: "F.")
    #expect(try Drawing.of(figure, from: Inputs(), titled: true) == nil)
  }

  @Test("a million points stay light, and the rule stands in the notes")
  func thinned() throws {
    let x = Gallery.noise(1_000_000, seed: 1)
    let drawing = try #require(try Self.points(x, Array(x.reversed())))
    #expect(try drawing.svg(title: "t").utf8.count < 600_000)
    #expect(drawing.notes.contains { $0.contains("1\u{202f}000\u{202f}000 points") })
    let curve = try Self.points((0..<1_000_000).map(Double.init), x) { .line(x: $0, y: $1, label: "l") }
    let svg = try #require(curve).svg(title: "t")
    #expect(svg.utf8.count < 100_000)
  }

  @Test("rows and columns with one label are brought together under one bracket each")
  func grouped() throws {
    let figure = try #require(Gallery.figures.first { $0.name == "matrix" })
    let facts = try Self.facts(try Drawing.of(figure, from: Inputs(Gallery.datasets), titled: false))
    for name in ["E", "I"] { #expect(facts.all("text").count { $0.text == name } == 2) }
  }

  @Test("a matrix far larger than the picture is averaged in blocks, dense and sparse alike")
  func large() throws {
    let n = 3000
    let sparse = SparseMatrix(
      rows: n, columns: n, offsets: Array(0...n), indices: (0..<n).map { Int32($0) },
      values: [Double](repeating: 1, count: n))
    var dense = Matrix(repeating: 0, shape: [n, n])
    for i in 0..<n { dense[i, i] = 1 }
    let figure = Figure(
      "m", "M", x: .init("pre"), y: .init("post"), [.image("w", label: "w")], caption: "Diagonal.")
    let drawings = try [Connectivity.sparse(sparse), .dense(dense)].map { weights in
      try #require(
        try Drawing.of(figure, from: Inputs(["w": .connectivity(weights)]), titled: false, weights: ["w"]))
    }
    #expect(try drawings[0].svg(title: "t") == drawings[1].svg(title: "t"))
    #expect(drawings[0].notes.contains { $0.contains("mean of a block of 4 by 4") })
  }
}
