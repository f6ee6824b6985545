extension DescriptionReader {
  /// The figures of a manifest, each layer's datasets proven to be among `names`.
  mutating func figures(_ json: JSON, among names: Set<String>) -> [Figure] {
    list(json, "figures").map { item in
      let path = ["figures", item["name"]?.asText ?? "?"]
      checkKeys(item, ["name", "title", "caption", "x", "y", "layers"], path)
      let layers = list(item, "layers").compactMap { layer($0, path + ["layers"], names) }
      if layers.isEmpty { wrong(path + ["layers"], "there is nothing to draw") }
      return Figure(
        text(item, "name", path), text(item, "title", path), x: axis(item, "x", path),
        y: axis(item, "y", path),
        layers, caption: text(item, "caption", path))
    }
  }

  private mutating func axis(_ item: JSON, _ key: String, _ path: [String]) -> Figure.Axis {
    guard let axis = item[key] else {
      wrong(path + [key], "is missing", fix: "write {\"label\": \"time\", \"unit\": \"ms\"}")
      return Figure.Axis("")
    }
    let symbol = axis["unit"]?.asText ?? "1"
    if Unit(symbol) == nil { wrong(path + [key], "unknown unit '\(symbol)'") }
    var made = Figure.Axis(
      text(axis, "label", path + [key]), logarithmic: axis["logarithmic"]?.asFlag ?? false)
    made.unit = symbol
    return made
  }

  private mutating func layer(_ json: JSON, _ path: [String], _ names: Set<String>) -> Layer? {
    let draw = text(json, "draw", path)
    func optional(_ key: String) -> String? { json[key]?.asText }
    let before = problems.count
    let label = json["label"]?.asText ?? ""
    let made: Layer
    switch draw {
    case "line":
      made = .line(x: text(json, "x", path), y: text(json, "y", path), label: label, names: optional("names"))
    case "band":
      made = .band(
        x: text(json, "x", path), lower: text(json, "lower", path), upper: text(json, "upper", path),
        label: label)
    case "points":
      made = .points(
        x: text(json, "x", path), y: text(json, "y", path), label: label, errors: optional("errors"),
        groups: optional("groups"))
    case "complex": made = .complex(text(json, "of", path), label: label)
    case "ellipse": made = .ellipse(text(json, "of", path), label: label)
    case "bars":
      made = .bars(
        labels: text(json, "labels", path), values: text(json, "values", path), label: label,
        errors: optional("errors"), names: optional("names"))
    case "histogram":
      made = .histogram(text(json, "of", path), label: label, bins: json["bins"]?.asInteger)
    case "image": made = .image(text(json, "of", path), label: label, labels: optional("labels"))
    case "map":
      made = .map(text(json, "of", path), x: text(json, "x", path), y: text(json, "y", path), label: label)
    case "tiles": made = .tiles(text(json, "of", path), label: label)
    case "raster": made = .raster(times: text(json, "times", path), rows: text(json, "rows", path))
    case "vertical-rule": made = .verticalRule(text(json, "of", path), label: label)
    case "horizontal-rule": made = .horizontalRule(text(json, "of", path), label: label)
    case "fixed-vertical": made = .fixedVertical(number(json, "at", path), label: label)
    case "fixed-horizontal": made = .fixedHorizontal(number(json, "at", path), label: label)
    default:
      let known = [
        "line", "band", "points", "complex", "ellipse", "bars", "histogram", "image", "map", "tiles",
        "raster",
        "vertical-rule", "horizontal-rule", "fixed-vertical", "fixed-horizontal",
      ]
      wrong(path, "'\(draw)' cannot be drawn", fix: "draw one of " + known.joined(separator: ", "))
      return nil
    }
    for name in made.datasets where !names.contains(name) {
      wrong(
        path, "'\(name)' is no dataset of the plugin",
        fix: "there are " + names.sorted().joined(separator: ", "))
    }
    return problems.count == before ? made : nil
  }

  private mutating func number(_ json: JSON, _ key: String, _ path: [String]) -> Double {
    if let number = json[key]?.asReal { return number }
    wrong(path + [key], "is no number")
    return 0
  }
}
