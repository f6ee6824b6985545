import EngramKit

/// Where one of a plugin's datasets is read from.
public struct Binding: Sendable {
  /// As the plugin declared it.
  public let declared: Dataset
  public let object: StoredObject

  /// What a file names: the object, by any of the names that `EngramFile.object(named:)` takes.
  public enum Place: Sendable {
    /// The only fitting object of the file.
    case anywhere(EngramFile)
    case object(EngramFile, String)
    /// What a step wrote, by its logical name.
    case step(EngramFile, String, name: String)
    /// Left out on purpose; only for an optional dataset.
    case none
  }

  /// Why `object` cannot be `declared`, as a sentence's end; nil when it can.
  ///
  /// - Parameter named: Whether the user named the object: then a plain matrix serves as connectivity, and an array
  ///   may have more axes than declared.
  static func obstacle(_ declared: Dataset, _ object: StoredObject, named: Bool) -> String? {
    guard kinds(declared, object, named) else {
      return "is \(object.kind.rawValue), not \(declared.kind.rawValue)"
    }
    if declared.kind != .spikes, !declared.axes.isEmpty || declared.kind == .array {
      let (rank, wanted) = (object.shape.count, declared.axes.count)
      guard rank == wanted || (named && rank > wanted && declared.kind == .array) else {
        return "has \(rank) axes, not \(wanted) (\(declared.axes.joined(separator: ", ")))"
      }
    }
    for (axis, length) in zip(declared.axes, object.shape) {
      if let fixed = Int(axis), fixed != length { return "has \(length) where \(axis) are wanted" }
    }
    guard declared.kind != .labels, declared.unit != "any", let stored = object.unit else { return nil }
    guard let from = Unit(stored) else { return "is in “\(stored)”, which is no known unit" }
    guard let to = Unit(declared.unit), from.factor(to: to) != nil else {
      return "is in \(stored), but \(declared.unit) is wanted"
    }
    return nil
  }

  private static func kinds(_ declared: Dataset, _ object: StoredObject, _ named: Bool) -> Bool {
    switch declared.kind {
    case .array:
      switch object.kind {
      case .array, .trace, .rate, .history, .weights: true
      case .connectivity: named
      case .labels, .spikes: false
      }
    case .connectivity: object.kind == .connectivity || (named && object.kind == .array)
    case .trace: object.kind == .trace || (named && [.array, .rate].contains(object.kind))
    case .rate: object.kind == .rate || (named && [.array, .trace].contains(object.kind))
    case .history: object.kind == .history || (named && object.kind == .array)
    case .weights: object.kind == .weights || (named && object.kind == .array)
    case .labels, .spikes: object.kind == declared.kind
    }
  }
}
