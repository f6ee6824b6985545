internal import CGuard
import Glibc

/// What happens when libhdf5 itself fails in a damaged file.
///
/// libhdf5 1.10 crashes on a few in a hundred damaged files and loops for ever on some; its memory is then not to be
/// trusted, so nothing in the process can go on. A command installs this guard, and such a file ends it with one
/// sentence and an exit status instead. It costs no process and no copy.
public enum DamageGuard {
  /// Installs the guard for the rest of the process.
  ///
  /// - Parameters:
  ///   - exitStatus: What the process ends with; the command's status for unreadable input.
  ///   - memory: Bytes of address space that the process may have. A damaged length makes libhdf5 ask for memory without
  ///     end; beyond the limit it fails as in any other damaged file.
  public static func install(exitStatus: Int32, memory: Int) {
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
      limit.rlim_cur = min(limit.rlim_cur, rlim_t(memory))
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
    engram_guard_install(exitStatus)
  }

  /// From now on the sentence goes to `descriptor`, as the JSON value by which a worker tells of a failure:
  /// `{"failed":{"_0":{"name":"","problem":…,"fix":…}}}` and a line end.
  public static func answer(on descriptor: Int32) { engram_guard_answer(descriptor) }

  /// Bytes of memory of this machine.
  public static var physicalMemory: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

  /// Says which object the next calls concern; the lock is held.
  static func at(_ file: String, _ object: String = "/") { engram_guard_at(file, object) }

  /// Allows the current sequence of calls the time that `bytes` need; the lock is held.
  static func allow(bytes: Int) { engram_guard_bytes(bytes) }

  /// Runs a sequence of calls under the guard; the lock is held.
  static func enter() { engram_guard_enter() }
  static func leave() { engram_guard_leave() }

  /// Files that are removed when the guard ends the process.
  static func add(partial path: String) { _ = engram_guard_add_partial(path) }
  static func remove(partial path: String) { engram_guard_remove_partial(path) }
}
