import EngramKit

/// Matrices, maps over coordinates, and small pictures.
extension FigureResolver {
  mutating func addImage(_ name: String, _ label: String, _ labels: String?) throws {
    let matrix = try weights.contains(name) ? inputs.connectivity(name) : .dense(inputs.matrix(name))
    let words = try labels.flatMap { inputs.contains($0) ? try inputs.labels($0) : nil } ?? []
    let grouping = Grouping(words)
    let rows = words.count == matrix.rows && !words.isEmpty ? grouping : nil
    let columns = words.count == matrix.columns && !words.isEmpty ? grouping : nil
    let grid = MatrixGrid(matrix, rowOrder: rows?.order, columnOrder: columns?.order)
    let each = grouping.groups.count == words.count
    plot.y.reversed = true
    for (axis, count, found) in [(\Plot.y, grid.rows, rows), (\Plot.x, grid.columns, columns)] {
      plot[keyPath: axis].padding = 0
      plot[keyPath: axis].integers = true
      guard let found else { continue }
      // One element each: names at the elements; else brackets.
      if each, count <= 60 {
        plot[keyPath: axis].categories = words
      } else if !each {
        plot[keyPath: axis].groups = found.groups
      }
    }
    func lines(_ grouping: Grouping?) -> [Double] {
      guard let grouping, !each, grouping.groups.count <= 40 else { return [] }
      return grouping.groups.dropFirst().map { Double($0.range.lowerBound) }
    }
    // Names lie at whole numbers, so an element reaches half a unit to both sides.
    let shift = each && !words.isEmpty ? -0.5 : 0
    add(
      grid,
      ImageItem(
        grid: grid, map: ColourMap(grid.cells.elements),
        x: Extent(shift, Double(grid.columns) + shift), y: Extent(shift, Double(grid.rows) + shift),
        downward: true, rowLines: lines(rows), columnLines: lines(columns)), label, try inputs.unit(name))
    if grouping.moved, rows != nil { plot.notes.append("Rows and columns are ordered by label.") }
  }

  mutating func addMap(_ name: String, _ x: String, _ y: String, _ label: String) throws {
    let values = try inputs.matrix(name)
    let across = try numbers(x, on: \.x)
    let up = try numbers(y, on: \.y)
    // Coordinates of the cells, or of their edges.
    guard [0, 1].contains(across.count - values.columns), [0, 1].contains(up.count - values.rows) else {
      throw Problem(
        "\(name) of shape \(values.shape) does not fit \(up.count) rows and \(across.count) columns")
    }
    plot.x.padding = 0
    plot.y.padding = 0
    let grid = MatrixGrid(.dense(values))
    add(
      grid,
      ImageItem(
        grid: grid, map: ColourMap(grid.cells.elements), x: Self.edges(across, values.columns),
        y: Self.edges(up, values.rows), downward: false), label, try inputs.unit(name))
  }

  mutating func addTiles(_ name: String, _ label: String) throws {
    let values = try inputs.tensor(name)
    guard values.rank == 3 else {
      throw Problem("\(name) should be pictures [n, row, column], but has shape \(values.shape)")
    }
    let count = min(values.shape[0], 100)
    let (height, width) = (values.shape[1], values.shape[2])
    let across = max(1, Int(Double(count).squareRoot().rounded(.up)))
    let down = max(1, (count + across - 1) / across)
    var sheet = Matrix(repeating: 0, shape: [down * (height + 1) - 1, across * (width + 1) - 1])
    for tile in 0..<count {
      for row in 0..<height {
        for column in 0..<width {
          sheet[tile / across * (height + 1) + row, tile % across * (width + 1) + column] =
            values[tile, row, column]
        }
      }
    }
    if values.shape[0] > count { plot.notes.append("The first \(count) of \(values.shape[0]) are shown.") }
    plot.x.padding = 0
    plot.y.padding = 0
    plot.y.reversed = true
    plot.x.categories = []
    plot.y.categories = []
    let grid = MatrixGrid(.dense(sheet))
    add(
      grid,
      ImageItem(
        grid: grid, map: ColourMap(grid.cells.elements), x: Extent(0, Double(grid.columns)),
        y: Extent(0, Double(grid.rows)), downward: true), label, try inputs.unit(name))
  }

  private mutating func add(_ grid: MatrixGrid, _ item: ImageItem, _ label: String, _ unit: String) {
    let symbol = unitText(unit)
    plot.colourBar = ColourBar(map: item.map, label: symbol.isEmpty ? label : "\(label) (\(symbol))")
    if grid.rows > 0, grid.columns > 0 { plot.items.append(item) }
  }

  /// Outer edges of `count` evenly spaced cells whose centres, or edges, are given.
  private static func edges(_ coordinates: [Double], _ count: Int) -> Extent {
    guard let first = coordinates.first, let last = coordinates.last else { return Extent(0, 1) }
    if coordinates.count > count { return Extent(first, last) }
    let half = count > 1 ? (last - first) / Double(count - 1) / 2 : 0.5
    return Extent(first - half, last + half)
  }
}
