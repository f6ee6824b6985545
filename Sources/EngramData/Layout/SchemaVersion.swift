import EngramKit

/// Version of the canonical layout, `major.minor.patch`.
///
/// A reader takes every file of its own major number; a newer minor number is read with a warning.
public struct SchemaVersion: Sendable, Equatable, CustomStringConvertible {
  public var major: Int
  public var minor: Int
  public var patch: Int

  /// What this toolkit writes.
  public static let current = SchemaVersion(major: 1, minor: 0, patch: 0)

  public init(major: Int, minor: Int, patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// The version that `text` names, or nil when it is no `major.minor.patch`.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else {
      return nil
    }
    self.init(major: major, minor: minor, patch: patch)
  }

  public var description: String { "\(major).\(minor).\(patch)" }

  /// The version of an open file, nil when it has no `/engram` group (a SONATA file by others).
  ///
  /// - Returns: The version and what is odd about it.
  /// - Throws: `Problem` with both numbers when its major number is newer.
  static func read(_ root: H5Group) throws -> (version: SchemaVersion?, warnings: [Problem]) {
    guard try root.kind(of: "engram") == .group else { return (nil, []) }
    let group = try root.group("engram")
    guard let text = try group.attributes.string("schema_version") else {
      return (nil, [Problem("has no attribute schema_version", at: group.place, severity: .warning)])
    }
    guard let version = SchemaVersion(text) else {
      return (
        nil,
        [Problem("schema_version “\(text)” is no major.minor.patch", at: group.place, severity: .warning)]
      )
    }
    guard version.major <= current.major else {
      throw Problem(
        "has layout version \(version); this toolkit reads up to \(current.major).x (\(current))",
        at: group.place, fix: "install a newer Engram")
    }
    guard version.major < current.major || version.minor <= current.minor else {
      let problem = Problem(
        "has layout version \(version), newer than \(current): parts of it may go unread", at: group.place,
        fix: "install a newer Engram", severity: .warning)
      return (version, [problem])
    }
    return (version, [])
  }
}
