/// One thing that is wrong, as a sentence for the user: what, where, and how to fix it.
public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
  /// Whether the work can go on.
  public enum Severity: String, Sendable, Codable { case error, warning }

  /// What is wrong, with the values; no full stop, no place.
  public var what: String
  /// Where: `file:line:column`, or `file#/object/path`.
  public var place: String?
  /// What the user can do about it.
  public var fix: String?
  public var severity: Severity

  public init(_ what: String, at place: String? = nil, fix: String? = nil, severity: Severity = .error) {
    self.what = what
    self.place = place
    self.fix = fix
    self.severity = severity
  }

  /// `place: error: what`, and the fix on a line of its own.
  public var description: String {
    let head = place.map { "\($0): " } ?? ""
    return "\(head)\(severity.rawValue): \(what)" + (fix.map { "\n  fix: \($0)" } ?? "")
  }

  /// The same problem with a place, unless it already names one.
  public func at(_ place: String) -> Problem {
    var copy = self
    copy.place = copy.place ?? place
    return copy
  }
}

/// Everything that is wrong at once, so that a user mends it in one go.
public struct Problems: Error, Sendable, CustomStringConvertible {
  public var list: [Problem]

  public init(_ list: [Problem]) { self.list = list }

  public var description: String { list.map(\.description).joined(separator: "\n") }
}

/// The problem behind any error, at `place` where it names none itself.
public func problem(_ error: any Error, at place: String) -> Problem {
  switch error {
  case let known as Problem: known.at(place)
  case let math as MathError: Problem(math.description, at: place)
  default: Problem("\(error)", at: place)
  }
}
