/// Everything in one figure, in data units; `drawing` lays it out on the page.
struct Plot: Sendable {
  var x: Axis
  var y: Axis
  var items: [any PlotItem] = []
  /// Whether one unit is as long on both axes, as in the complex plane.
  var equalScales = false
  var colourBar: ColourBar?
  /// Sentences about what could not be drawn.
  var notes: [String] = []
  /// What stands in the middle of a plot without data.
  var emptiness = "no data"

  static let width = 560.0
  static let height = 350.0

  /// The figure on the page; `title` above it, where it must stand alone.
  func drawing(title: String?, description: String) -> Drawing {
    let layout = Layout(self, title: title)
    var notes = notes
    var inside: [Mark] = []
    for item in items { inside += item.marks(in: layout.frame, notes: &notes) }
    let isEmpty = items.allSatisfy { $0.extent.x.isEmpty && $0.extent.y.isEmpty }
    if isEmpty {
      let middle = layout.frame.box.middle
      inside = [.text(Text(emptiness, at: middle, size: Text.label, anchor: .middle))]
    }
    var marks = layout.titleMarks
    marks += layout.legend.marks(top: layout.titleHeight)
    marks += AxesPainter(plot: self, layout: layout).grid
    marks.append(.clipped(layout.frame.box, inside))
    marks += AxesPainter(plot: self, layout: layout).axes
    if let colourBar, !isEmpty { marks += colourBar.marks(beside: layout.frame.box) }
    var unique: [String] = []
    for note in notes where !unique.contains(note) { unique.append(note) }
    return Drawing(
      width: Self.width, height: layout.height, description: description, notes: unique, marks: marks)
  }

  /// What the axes have to show.
  ///
  /// A reference line that would squeeze the data into less than a quarter of the axis does not count.
  var extent: (x: Extent, y: Extent) {
    var x = Extent()
    var y = Extent()
    for item in items where !(item is RuleItem) {
      x.include(item.extent.x)
      y.include(item.extent.y)
    }
    for item in items.compactMap({ $0 as? RuleItem }) {
      x = Self.widened(x, by: item.extent.x, logarithmic: self.x.logarithmic)
      y = Self.widened(y, by: item.extent.y, logarithmic: self.y.logarithmic)
    }
    return (x, y)
  }

  private static func widened(_ data: Extent, by rule: Extent, logarithmic: Bool) -> Extent {
    guard !rule.isEmpty, !logarithmic || rule.lower > 0 else { return data }
    var wide = data
    wide.include(rule)
    if data.isEmpty || logarithmic || data.length == 0 { return wide }
    return wide.length <= 4 * data.length ? wide : data
  }
}
