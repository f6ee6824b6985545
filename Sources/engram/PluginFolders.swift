import EngramHost
import EngramKit
import EngramPlugins
import Foundation
import Synchronization

/// Where plugins from outside are looked for: folders that the user names, then those where some are installed.
enum PluginFolders {
  private static let given = Mutex<[String]>([])

  /// Takes the folders of `--plugins`.
  static func name(_ folders: [String]) { given.withLock { $0 = folders } }

  /// The folders of `--plugins`, for a worker's command line.
  static var onCommandLine: [String] { given.withLock { $0 } }

  /// The folders that the user names: by `--plugins`, and by ENGRAM_PLUGINS with colons between.
  static var named: [String] {
    let environment = ProcessInfo.processInfo.environment["ENGRAM_PLUGINS"] ?? ""
    return onCommandLine + environment.split(separator: ":").map(String.init)
  }

  /// The folders where plugins are installed.
  static var installed: [String] { OutsidePlugins.installedFolders(binary: Support.program) }
}

/// The plugins that are compiled in, and those from outside; nothing of these is loaded or started.
///
/// A name that is taken costs only who asks for it: a named folder's plugin is not used for a built-in one, nor that for it;
/// an installed one is left out.
///
/// - Throws: `Problem` when a named folder cannot be used.
func registry() throws -> Registry {
  var registry = try Registry(catalogue)
  var seen: Set<String> = []
  for folder in PluginFolders.named {
    let found = try OutsidePlugins.find(in: folder)
    guard !found.isEmpty else {
      throw Problem("holds no plugin", at: folder, fix: "name a plugin's folder, or one that holds several")
    }
    for plugin in found where seen.insert(plugin.folder).inserted {
      plugin.problems.forEach { registry.refuse(plugin.name, $0) }
      do { if let entry = plugin.entry { try registry.add(entry) } } catch {
        registry.contest(plugin.name, problem(error, at: plugin.folder))
      }
    }
  }
  for folder in PluginFolders.installed {
    do {
      for plugin in try OutsidePlugins.find(in: folder) where seen.insert(plugin.folder).inserted {
        plugin.problems.forEach { registry.refuse(plugin.name, $0) }
        do { if let entry = plugin.entry { try registry.add(entry) } } catch {
          registry.refuse(plugin.name, problem(error, at: plugin.folder))
        }
      }
    } catch {
      registry.refuse(folder, problem(error, at: folder))
    }
  }
  return registry
}

extension Console {
  /// Says what was found and cannot be used; that is no failure of a command that does not need it.
  func warn(_ problems: [Problem]) throws {
    for var problem in problems {
      problem.severity = .warning
      try say(problem)
    }
  }
}

extension Command.Option {
  /// Where a verb uses plugins.
  static let plugins = Self(
    name: "plugins", value: "DIR", summary: "Take plugins from this folder too, or from those in it.",
    repeats: true, completes: .folders)
}
