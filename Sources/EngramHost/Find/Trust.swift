import EngramKit
import Glibc

/// Refuses files and folders that somebody else could change: a plugin runs with the rights of who starts it.
enum Trust {
  /// A folder of plugins: neither it nor any folder above it may be exchanged by others.
  ///
  /// - Throws: `Problem` with owner or mode, and the command that mends it.
  static func requireFolder(_ path: String) throws {
    try require(path)
    var above = parent(path)
    while true {
      let known = try status(above)
      // In a sticky folder such as /tmp nobody renames what belongs to another.
      if isOpen(known), known.st_mode & S_ISVTX == 0 { throw writable(above, known, above: path) }
      if above == "/" { break }
      above = parent(above)
    }
  }

  /// A plugin's folder or one of its files.
  static func require(_ path: String) throws {
    let known = try status(path)
    if isOpen(known) { throw writable(path, known, above: nil) }
  }

  private static func status(_ path: String) throws -> stat {
    var known = stat()
    guard stat(path, &known) == 0 else {
      throw Problem("cannot be looked at: \(String(cString: strerror(errno)))", at: path)
    }
    return known
  }

  /// Whether someone beside root and this user may write.
  private static func isOpen(_ known: stat) -> Bool {
    if known.st_uid != 0, known.st_uid != geteuid() { return true }
    if known.st_mode & S_IWOTH != 0 { return true }
    return known.st_mode & S_IWGRP != 0 && !isPrivate(known.st_gid)
  }

  /// Whether a group is the user's own, as many systems give each user one of the same name; root's counts too.
  private static func isPrivate(_ group: gid_t) -> Bool {
    if group == 0 { return true }
    guard let entry = getgrgid(group), let user = getpwuid(geteuid()) else { return false }
    return strcmp(entry.pointee.gr_name, user.pointee.pw_name) == 0
  }

  private static func writable(_ path: String, _ known: stat, above: String?) -> Problem {
    let owner = known.st_uid != 0 && known.st_uid != geteuid()
    let mode = String(known.st_mode & 0o7777, radix: 8)
    let what =
      owner ? "belongs to another user (uid \(known.st_uid))" : "can be written by others (mode \(mode))"
    return Problem(
      what + (above.map { ", and plugins would be taken from \($0)" } ?? ", so no plugin is taken from it"),
      at: path, fix: owner ? "copy the plugin to a folder of your own" : "chmod go-w '\(path)'")
  }
}

/// The folder that a path lies in.
func parent(_ path: String) -> String {
  let parts = path.split(separator: "/").dropLast()
  return "/" + parts.joined(separator: "/")
}
