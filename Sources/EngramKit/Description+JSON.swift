extension Description {
  /// Everything known of a plugin: what `describe --json` prints, and what a manifest says.
  public var json: JSON {
    [
      "name": .text(name), "kind": .text(kind.rawValue), "roles": JSON(roles.map(\.rawValue)),
      "summary": .text(summary), "reference": .text(reference), "version": .text(version),
      "origin": .text(origin), "form": .text(form.rawValue), "gives": JSON(gives), "needs": JSON(needs),
      "parameters": .list(parameters.map(\.json)), "reads": .list(reads.map(\.json)),
      "writes": .list(writes.map(\.json)), "figures": .list(figures.map(\.json)),
    ]
  }
}

extension ParameterDescription {
  fileprivate var json: JSON {
    [
      "name": .text(name), "kind": .text(kind.rawValue), "unit": .text(unit), "default": JSON(standard),
      "lower": JSON(lower), "upper": JSON(upper), "choices": choices.map { JSON($0) } ?? .null,
      "summary": .text(summary),
    ]
  }
}

extension Dataset {
  fileprivate var json: JSON {
    [
      "name": .text(name), "kind": .text(kind.rawValue), "axes": JSON(axes), "unit": .text(unit),
      "summary": .text(summary), "optional": .flag(optional),
    ]
  }
}

extension Figure {
  fileprivate var json: JSON {
    [
      "name": .text(name), "title": .text(title), "caption": .text(caption), "x": x.json, "y": y.json,
      "layers": .list(layers.map(\.json)),
    ]
  }
}

extension Figure.Axis {
  fileprivate var json: JSON {
    ["label": .text(label), "unit": .text(unit), "logarithmic": .flag(logarithmic)]
  }
}

extension Layer {
  /// The layer's fields under the names that the cases' arguments have; an argument without a name is `of`.
  fileprivate var json: JSON {
    func layer(_ draw: String, _ fields: [String: String?]) -> JSON {
      .object(fields.compactMapValues { $0.map(JSON.text) }.merging(["draw": .text(draw)]) { own, _ in own })
    }
    switch self {
    case .line(let x, let y, let label, let names):
      return layer("line", ["x": x, "y": y, "label": label, "names": names])
    case .band(let x, let lower, let upper, let label):
      return layer("band", ["x": x, "lower": lower, "upper": upper, "label": label])
    case .points(let x, let y, let label, let errors, let groups):
      return layer("points", ["x": x, "y": y, "label": label, "errors": errors, "groups": groups])
    case .complex(let of, let label): return layer("complex", ["of": of, "label": label])
    case .ellipse(let of, let label): return layer("ellipse", ["of": of, "label": label])
    case .bars(let labels, let values, let label, let errors, let names):
      return layer(
        "bars", ["labels": labels, "values": values, "label": label, "errors": errors, "names": names])
    case .histogram(let of, let label, let bins):
      guard case .object(var fields) = layer("histogram", ["of": of, "label": label]), let bins else {
        return layer("histogram", ["of": of, "label": label])
      }
      fields["bins"] = .integer(bins)
      return .object(fields)
    case .image(let of, let label, let labels):
      return layer("image", ["of": of, "label": label, "labels": labels])
    case .map(let of, let x, let y, let label):
      return layer("map", ["of": of, "x": x, "y": y, "label": label])
    case .tiles(let of, let label): return layer("tiles", ["of": of, "label": label])
    case .raster(let times, let rows): return layer("raster", ["times": times, "rows": rows])
    case .verticalRule(let of, let label): return layer("vertical-rule", ["of": of, "label": label])
    case .horizontalRule(let of, let label): return layer("horizontal-rule", ["of": of, "label": label])
    case .fixedVertical(let at, let label):
      return ["draw": "fixed-vertical", "at": .real(at), "label": .text(label)]
    case .fixedHorizontal(let at, let label):
      return ["draw": "fixed-horizontal", "at": .real(at), "label": .text(label)]
    }
  }
}
