/// A matrix as a picture, with the numbers in the cells where there is room.
struct ImageItem: PlotItem {
  var grid: MatrixGrid
  var map: ColourMap
  /// Left, right, top and bottom edge in data units.
  var x: Extent
  var y: Extent
  /// Whether the first row is at the upper edge (a matrix) or at the lower one (a map over coordinates).
  var downward: Bool
  /// Boundaries between groups of rows and columns, in data units.
  var rowLines: [Double] = []
  var columnLines: [Double] = []

  var extent: (x: Extent, y: Extent) { (x, y) }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    let height = grid.cells.rows
    let width = grid.cells.columns
    guard height > 0, width > 0 else { return [] }
    let box = Box.between(
      frame.place(Point(x.lower, y.lower)), frame.place(Point(x.upper, y.upper)))
    var pixels: [UInt32] = []
    pixels.reserveCapacity(width * height)
    for row in 0..<height {
      let source = downward ? row : height - 1 - row
      for column in 0..<width { pixels.append(map.pixel(grid.cells[source, column])) }
    }
    if grid.isReduced {
      notes.append(
        "\(grid.rows) by \(grid.columns) elements: each cell is the mean of a block of "
          + "\(grid.block.rows) by \(grid.block.columns).")
    }
    if grid.missing > 0 {
      notes.append(
        "\(counted(grid.missing, "element")) that \(grid.missing == 1 ? "is" : "are") not a number: grey.")
    }
    if map.saturates { notes.append("Colours stop at the 99th percentile, \(readable(map.upper)).") }
    let crisp = Double(width) <= 2 * box.width && Double(height) <= 2 * box.height
    var marks: [Mark] = [.image(Bitmap(width: width, height: height, pixels: pixels), box, smooth: !crisp)]
    let lines =
      rowLines.map { Outline.line(Point(box.x, frame.y.place($0)), Point(box.right, frame.y.place($0))) }
      + columnLines.map {
        Outline.line(Point(frame.x.place($0), box.y), Point(frame.x.place($0), box.bottom))
      }
    marks.append(.path(lines, fill: nil, stroke: Stroke(.text, width: 0.7, opacity: 0.45)))
    return marks + numbers(box)
  }

  private func numbers(_ box: Box) -> [Mark] {
    let height = grid.cells.rows
    let width = grid.cells.columns
    let cell = (width: box.width / Double(width), height: box.height / Double(height))
    guard !grid.isReduced, width * height <= 144, cell.height >= 16 else { return [] }
    let texts = grid.cells.elements.map { readable($0, digits: 2) }
    guard texts.allSatisfy({ textWidth($0, size: Text.tick) < cell.width - 4 }) else { return [] }
    return texts.enumerated().map { place, text in
      let row = place / width
      let line = downward ? row : height - 1 - row
      let x = box.x + (Double(place % width) + 0.5) * cell.width
      let y = box.y + (Double(line) + 0.5) * cell.height + 4
      return .text(Text(text, at: Point(x, y), anchor: .middle, ink: .text))
    }
  }
}

/// The scale of colours beside a picture.
struct ColourBar: Sendable {
  var map: ColourMap
  var label: String

  /// Width that the bar takes with ticks and label, px.
  static let width = 74.0

  /// The bar to the right of `box`.
  func marks(beside box: Box) -> [Mark] {
    let bar = Box(x: box.right + 14, y: box.y, width: 11, height: min(box.height, 240))
    let steps = 128
    let domain = Extent(map.lower, map.upper)
    let pixels = (0..<steps).map { step in
      map.pixel(domain.upper - (Double(step) + 0.5) / Double(steps) * domain.length)
    }
    var marks: [Mark] = [
      .image(Bitmap(width: 1, height: steps, pixels: pixels), bar, smooth: true),
      .path([Outline(bar)], fill: nil, stroke: Stroke(.axis, width: 0.7)),
    ]
    let ticks = Ticks.linear(domain, count: max(2, Int(bar.height / 40)))
    let scale = Scale(domain: domain, logarithmic: false, from: bar.bottom, to: bar.y)
    for tick in ticks.marks {
      let y = scale.place(tick.value)
      marks.append(
        .path([.line(Point(bar.right, y), Point(bar.right + 4, y))], fill: nil, stroke: Stroke(.axis)))
      marks.append(.text(Text(tick.label ?? "", at: Point(bar.right + 7, y + 4))))
    }
    let power = ticks.power == 0 ? "" : " (×10" + superscript(ticks.power) + ")"
    let widest = ticks.marks.map { textWidth($0.label ?? "", size: Text.tick) }.max() ?? 0
    // Read from top to bottom, beside the ticks.
    marks.append(
      .text(
        Text(
          fitted(label + power, size: Text.tick, within: max(bar.height, 60)),
          at: Point(bar.right + 13 + widest, bar.y), turn: 90)))
    return marks
  }
}
