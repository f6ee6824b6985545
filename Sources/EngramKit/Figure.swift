/// A figure of an analysis, declared in terms of the datasets it writes; the report draws it.
public struct Figure: Sendable, Codable, Equatable {
  /// One axis: what is measured and in which unit.
  public struct Axis: Sendable, Codable, Equatable {
    public var label: String
    public var unit: String
    public var logarithmic: Bool

    public init(_ label: String, unit: Unit = .one, logarithmic: Bool = false) {
      self.label = label
      self.unit = unit.symbol
      self.logarithmic = logarithmic
    }
  }

  /// Kebab-case name of the files drawn.
  public var name: String
  public var title: String
  /// What the reader should see in it; one or two sentences.
  public var caption: String
  public var x: Axis
  public var y: Axis
  public var layers: [Layer]

  public init(_ name: String, _ title: String, x: Axis, y: Axis, _ layers: [Layer], caption: String) {
    self.name = name
    self.title = title
    self.caption = caption
    self.x = x
    self.y = y
    self.layers = layers
  }
}

/// One layer of a figure; every text argument names a dataset of the step unless it is called `label`.
///
/// A layer whose dataset is absent is left out. `x` may be `index`: the position, counted from 0. Where a curve
/// or points have several series, the longer axis that agrees with `x` is the one that runs along it.
public indirect enum Layer: Sendable, Codable, Equatable {
  /// A curve of `y` over `x`, both [n]; `y` may be [series, n] or [n, series], then `names` labels the series.
  case line(x: String, y: String, label: String, names: String? = nil)
  /// The area between `lower` and `upper`, both [n], over `x`: a spread around a mean.
  case band(x: String, lower: String, upper: String, label: String)
  /// `y` against `x`, both [n], as dots, with standard errors where given; `groups` [n] gives each dot a group.
  case points(x: String, y: String, label: String, errors: String? = nil, groups: String? = nil)
  /// Complex numbers [n, 2] as dots in the plane, equal scales on both axes.
  case complex(String, label: String)
  /// An ellipse about the origin with half axes from a dataset [2], or a circle from a scalar.
  case ellipse(String, label: String)
  /// One bar for each label: `values` [n], or [n, series] with `names` for the series.
  case bars(labels: String, values: String, label: String, errors: String? = nil, names: String? = nil)
  /// How often the numbers of a dataset occur; of weights, those that are stored and not zero.
  case histogram(String, label: String, bins: Int? = nil)
  /// A matrix as an image: rows downward; elements with the same label are brought together and bracketed.
  case image(String, label: String, labels: String? = nil)
  /// Numbers [y, x] as colours over evenly spaced coordinates: a landscape, a two-dimensional histogram.
  case map(String, x: String, y: String, label: String)
  /// Small pictures [n, row, column] side by side.
  case tiles(String, label: String)
  /// Spikes as ticks: times [n] in ms and row numbers [n]; or `times` alone names spike trains.
  case raster(times: String, rows: String)
  /// A straight reference line at a constant, or at a scalar dataset.
  case verticalRule(String, label: String)
  case horizontalRule(String, label: String)
  /// A line at a fixed number, such as the stability line at 1.
  case fixedVertical(Double, label: String)
  case fixedHorizontal(Double, label: String)

  /// Names of the datasets that the layer draws; a figure's check and the report read them.
  public var datasets: [String] {
    let names: [String?] =
      switch self {
      case .line(let x, let y, _, let names): [x, y, names]
      case .band(let x, let lower, let upper, _): [x, lower, upper]
      case .points(let x, let y, _, let errors, let groups): [x, y, errors, groups]
      case .complex(let name, _), .ellipse(let name, _), .histogram(let name, _, _), .tiles(let name, _),
        .verticalRule(let name, _), .horizontalRule(let name, _):
        [name]
      case .bars(let labels, let values, _, let errors, let names): [labels, values, errors, names]
      case .image(let name, _, let labels): [name, labels]
      case .map(let name, let x, let y, _): [name, x, y]
      case .raster(let times, let rows): [times, rows]
      case .fixedVertical, .fixedHorizontal: []
      }
    return names.compactMap { $0 == "index" || $0 == "" ? nil : $0 }
  }
}
