/// Thrown by a rule or a model when a training cannot go on: it ends there, and what it reached so far is kept.
public struct Divergence: Error, Sendable, Equatable, CustomStringConvertible {
  /// What happened, with the values; no full stop.
  public var what: String
  /// What the user can do about it.
  public var fix: String?

  public init(_ what: String, fix: String? = nil) {
    self.what = what
    self.fix = fix
  }

  /// What happened, and the fix behind a semicolon.
  public var description: String { what + (fix.map { "; \($0)" } ?? "") }
}
