import Foundation

/// Where the files lie that plugins are made and built with: beside the installed binary, or in the checkout.
public enum Support {
  // Bundle.main ends the process where the binary lies in a folder that is closed to the user.
  private static let binary = resolved("/proc/self/exe")

  /// The first of the places that is there: of an installation's prefix, of a checkout.
  private static func folder(installed: String, checkout: String) -> String? {
    let prefix = parent(parent(binary))
    if FileManager.default.fileExists(atPath: "\(prefix)/\(installed)") { return "\(prefix)/\(installed)" }
    return Support.checkout.map { "\($0)/\(checkout)" }
  }

  /// The checkout that this binary was built in; nil for an installed one.
  public static let checkout: String? = {
    var place = parent(binary)
    while place != "/" {
      if FileManager.default.fileExists(atPath: "\(place)/Package.swift"),
        FileManager.default.fileExists(atPath: "\(place)/Sources/EngramKit")
      {
        return place
      }
      place = parent(place)
    }
    return nil
  }()

  /// The folder with `engram_plugin.py`.
  public static let python = folder(installed: "share/engram/python", checkout: "docs/examples/library")
  /// The examples that `engram plugin new` starts from, by language.
  public static let examples = folder(installed: "share/engram/examples", checkout: "docs/examples")
  /// The compiled modules of the Kit; of the binary that runs now.
  public static let modules: String? = {
    for place in ["\(parent(parent(binary)))/lib/engram/Modules", "\(parent(binary))/Modules"]
    where FileManager.default.fileExists(atPath: "\(place)/EngramKit.swiftmodule") {
      return place
    }
    return nil
  }()
  /// Whether this binary was installed, with its modules under the same prefix, and does not stand in its checkout.
  static var isInstalled: Bool { modules?.hasSuffix("/lib/engram/Modules") == true }
  /// Path of this binary.
  public static var program: String { binary }
}
