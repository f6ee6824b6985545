import Synchronization

/// What plugins wrote to standard error in this process, until whoever keeps a log takes it.
public enum PluginLog {
  private static let kept = Mutex<[String]>([])

  static func add(_ name: String, _ text: String) {
    let lines = text.split(separator: "\n").map { "\(name): \($0)" }
    if !lines.isEmpty { kept.withLock { $0 += lines } }
  }

  /// The lines since the last call, each with the plugin's name.
  public static func take() -> [String] {
    kept.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}
