internal import CLaunch
import EngramKit

/// Whether executables are kept to their own folders, which takes a kernel with Landlock.
public enum Confinement {
  /// Whether this kernel can do it.
  public static var isPossible: Bool { engram_can_confine() != 0 }

  /// What a user is told before `plugin` is started on a kernel that cannot; nil where it can, or nothing is started.
  public static func warning(of plugin: Description) -> Problem? {
    guard plugin.form == .executable, !isPossible else { return nil }
    return Problem(
      "\(plugin.name) can write wherever you can: this kernel cannot keep a program to its own folder",
      at: plugin.origin, fix: "run it on Linux 5.13 or later with Landlock, or only if you trust it",
      severity: .warning)
  }
}
