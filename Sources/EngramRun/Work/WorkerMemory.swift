import EngramData
import Synchronization

/// Bytes of memory that one piece of work may hold at once, such as for a sort: a share of what the command may use.
public enum WorkerMemory {
  private static let setting = Atomic<Int>(DamageGuard.physicalMemory / 2)

  public static var bytes: Int { setting.load(ordering: .relaxed) }

  /// Uses at most `bytes` from now on, though never so little that nothing gets done.
  public static func set(_ bytes: Int) { setting.store(max(1 << 24, bytes), ordering: .relaxed) }
}
