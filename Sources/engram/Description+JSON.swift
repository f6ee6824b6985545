import EngramKit

extension Description {
  /// Everything known of a plugin.
  var json: JSON {
    [
      "name": .text(name), "kind": .text(kind.rawValue), "roles": JSON(roles.map(\.rawValue)),
      "summary": .text(summary), "reference": .text(reference), "version": .text(version),
      "origin": .text(origin), "gives": JSON(gives), "needs": JSON(needs),
      "parameters": .list(parameters.map(\.json)), "reads": .list(reads.map(\.json)),
      "writes": .list(writes.map(\.json)),
      "figures": .list(
        figures.map { ["name": .text($0.name), "title": .text($0.title), "caption": .text($0.caption)] }),
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
