import Glibc
import Synchronization

/// Whether the user has asked to stop (Ctrl-C, or a signal to end).
///
/// After `listen`, the first signal only raises a flag, so that children are ended and nothing is left half written;
/// a second one ends the process at once.
public enum Cancellation {
  private static let flag = Atomic<Bool>(false)

  /// Whether a signal came.
  public static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Catches SIGINT and SIGTERM from now on.
  public static func listen() {
    // The flag exists before a handler can need it.
    flag.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Cancellation.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
