import EngramKit

/// What two files hold differently, object by object.
public struct FileComparison: Sendable {
  /// One difference, at a path that both files have or one of them lacks.
  public struct Difference: Sendable, Equatable {
    public let path: String
    /// A sentence without a full stop, with the values.
    public let what: String
  }

  public private(set) var differences: [Difference] = []
  /// Objects that were not compared, with the reason.
  public private(set) var skipped: [Difference] = []

  private let first: H5File
  private let second: H5File
  private let tolerance: Double

  /// Compares all groups, datasets and attributes of two files.
  ///
  /// Two numbers are equal when they differ by at most `tolerance` times the larger of 1 and their magnitudes; NaN
  /// equals NaN. How numbers are stored (width, chunks, compression) is no difference.
  /// - Throws: `Problem` when a file's root cannot be opened.
  public init(_ first: H5File, _ second: H5File, tolerance: Double = 0) throws {
    self.first = first
    self.second = second
    self.tolerance = tolerance
    compare(try first.tree(attributes: true), try second.tree(attributes: true))
  }

  private mutating func compare(_ a: TreeEntry, _ b: TreeEntry) {
    let place = a.path
    for problem in [a.problem, b.problem] { if let problem { skip(place, problem.what) } }
    attributes(a, b)
    switch (a.content, b.content) {
    case (.group(let these), .group(let those)): members(these, those)
    case (.dataset(let one), .dataset(let other)): datasets(place, one, other)
    case (.again, .again), (.namedType, .namedType): break
    case (.again, .dataset), (.dataset, .again), (.again, .group), (.group, .again):
      skip(place, "is a second name of another object in one file only")
    case (.link(let target), .link(let other)):
      if target != other { differ(place, "links to \(target) against \(other)") }
    case (.damaged(let problem), _), (_, .damaged(let problem)): differ(place, problem.what)
    default: differ(place, "is \(a.kind) against \(b.kind)")
    }
  }

  private mutating func members(_ these: [TreeEntry], _ those: [TreeEntry]) {
    let others = Dictionary(those.map { ($0.name, $0) }) { one, _ in one }
    for entry in these {
      if let other = others[entry.name] {
        compare(entry, other)
      } else {
        differ(entry.path, "is in the first file only")
      }
    }
    let known = Set(these.map(\.name))
    for entry in those where !known.contains(entry.name) { differ(entry.path, "is in the second file only") }
  }

  private mutating func attributes(_ a: TreeEntry, _ b: TreeEntry) {
    let others = Dictionary(b.attributes.map { ($0.name, $0.value) }) { one, _ in one }
    for (name, value) in a.attributes {
      guard let other = others[name] else {
        differ(a.path, "has attribute '\(name)' in the first file only")
        continue
      }
      if !value.isEqual(to: other, within: tolerance) {
        differ(a.path, "has attribute '\(name)' \(value.words) against \(other.words)")
      }
    }
    let known = Set(a.attributes.map(\.name))
    for (name, _) in b.attributes where !known.contains(name) {
      differ(a.path, "has attribute '\(name)' in the second file only")
    }
  }

  private mutating func datasets(_ path: String, _ a: H5Dataset, _ b: H5Dataset) {
    guard a.shape == b.shape, a.isNull == b.isNull else {
      return differ(path, "has shape \(a.shape) against \(b.shape)")
    }
    do {
      if let what = try difference(a, b, within: tolerance) { differ(path, what) }
    } catch {
      skip(path, problem(error, at: path).what)
    }
  }

  private mutating func differ(_ path: String, _ what: String) {
    differences.append(Difference(path: path, what: what))
  }

  private mutating func skip(_ path: String, _ what: String) {
    skipped.append(Difference(path: path, what: what))
  }
}

extension TreeEntry {
  /// What lies here, in words.
  public var kind: String {
    switch content {
    case .group: "a group"
    case .dataset: "a dataset"
    case .namedType: "a named type"
    case .link: "a link"
    case .again: "a second name"
    case .damaged: "damaged"
    }
  }
}
