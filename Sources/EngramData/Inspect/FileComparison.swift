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
    try compareAll()
  }

  private mutating func compareAll() throws {
    let (these, those) = (try first.entries(), try second.entries())
    let others = Dictionary(those.map { ($0.path, $0) }) { one, _ in one }
    for entry in these where others[entry.path] == nil { lone(entry, "first") }
    let known = Set(these.map(\.path))
    for entry in those where !known.contains(entry.path) { lone(entry, "second") }
    for entry in these { if let other = others[entry.path] { compare(entry, other) } }
    differences.sort { ($0.path, $0.what) < ($1.path, $1.what) }
  }

  /// Reports an object of one file only, unless all of its group is.
  private mutating func lone(_ entry: H5Entry, _ file: String) {
    let what = "is in the \(file) file only"
    let last = differences.last { $0.what == what }?.path
    if let last, entry.path.hasPrefix(last + "/") { return }
    differ(entry.path, what)
  }

  private mutating func compare(_ a: H5Entry, _ b: H5Entry) {
    for problem in [a.problem, b.problem] { if let problem { differ(a.path, problem.what) } }
    attributes(a, b)
    switch (a.content, b.content) {
    case (.dataset, .dataset): datasets(a.path)
    case (.again, .dataset), (.dataset, .again), (.again, .group), (.group, .again):
      skipped.append(Difference(path: a.path, what: "is a second name of another object in one file only"))
    default: if a.content != b.content { differ(a.path, "is \(a.content.words) against \(b.content.words)") }
    }
  }

  private mutating func attributes(_ a: H5Entry, _ b: H5Entry) {
    let others = Dictionary(b.attributes.map { ($0.name, $0.value) }) { one, _ in one }
    for attribute in a.attributes {
      guard let other = others[attribute.name] else {
        differ(a.path, "has attribute '\(attribute.name)' in the first file only")
        continue
      }
      guard let value = attribute.value, let other else { continue }
      if !value.isEqual(to: other, within: tolerance) {
        differ(
          a.path,
          "has attribute '\(attribute.name)' \(value.words(limit: 6)) against \(other.words(limit: 6))")
      }
    }
    let known = Set(a.attributes.map(\.name))
    for attribute in b.attributes where !known.contains(attribute.name) {
      differ(a.path, "has attribute '\(attribute.name)' in the second file only")
    }
  }

  private mutating func datasets(_ path: String) {
    do {
      let (a, b) = (try first.root.dataset(path), try second.root.dataset(path))
      guard a.shape == b.shape, a.isNull == b.isNull else {
        return differ(path, "has shape \(a.shape) against \(b.shape)")
      }
      if let what = try difference(a, b, within: tolerance) { differ(path, what) }
    } catch {
      skipped.append(Difference(path: path, what: problem(error, at: path).what))
    }
  }

  private mutating func differ(_ path: String, _ what: String) {
    differences.append(Difference(path: path, what: what))
  }
}

extension H5Entry.Content {
  /// What lies at a path, in words.
  var words: String {
    switch self {
    case .group: "a group"
    case .dataset: "a dataset"
    case .namedType: "a named type"
    case .softLink(let target, _): "a link to \(target)"
    case .externalLink(let file, let object): "a link to \(object) in \(file)"
    case .again(let path): "a second name of \(path)"
    case .unreadable: "unreadable"
    }
  }
}
