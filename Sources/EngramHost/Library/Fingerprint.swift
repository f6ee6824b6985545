import EngramData
import EngramKit
import Foundation

/// What a Swift plugin must have been built for to be loaded: Swift gives no other promise that two binaries agree.
///
/// Kit version, compiler version and the hash of the modules' interfaces, as one text: `0.1.0 swift-6.3.1 3fa2…`.
enum Fingerprint {
  /// The fingerprint of this binary.
  ///
  /// - Throws: `Problem` when the modules are not beside it, or are not those it was built of.
  static func current() throws -> String {
    guard let folder = Support.modules else {
      throw Problem(
        "Engram's compiled modules are not beside \(Support.program), so no Swift plugin can be built or loaded",
        fix: "install with `make install`, or run it from a checkout after `make build`")
    }
    let names = ["EngramMath", "EngramKit"].map { "\(folder)/\($0).swiftmodule" }
    if !Support.isInstalled { try requireOlder(names) }
    let hash = try sha256(Array(try names.map { try sha256(ofFile: $0) }.joined().utf8))
    return "\(Engram.version) \(try compiler(names[1])) \(hash.prefix(16))"
  }

  /// A build of one room alone gives new modules beside an old binary.
  private static func requireOlder(_ modules: [String]) throws {
    func changed(_ path: String) throws -> Date {
      try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date ?? .distantPast
    }
    let binary = try changed(Support.program)
    guard try modules.allSatisfy({ try changed($0) <= binary }) else {
      throw Problem("\(Support.program) is older than its modules", fix: "make build")
    }
  }

  /// The compiler's name as the module states it.
  private static func compiler(_ module: String) throws -> String {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: module))
    guard let start = bytes.range(of: Data("swift-".utf8))?.lowerBound else { return "swift-unknown" }
    let name = bytes[start...].prefix { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ")") }
    return String(decoding: name.prefix(60), as: UTF8.self)
  }

  /// Why a plugin with another fingerprint cannot be loaded.
  static func stale(_ name: String, _ folder: String, built: String, current: String) -> Problem {
    let (was, now) = (built.split(separator: " "), current.split(separator: " "))
    let parts = ["Engram", "compiler", "interface"]
    let differing = zip(parts, zip(was, now)).filter { $0.1.0 != $0.1.1 }.map {
      "\($0.0) \($0.1.0), now \($0.1.1)"
    }
    let what = was.count == now.count ? differing.joined(separator: "; ") : "no known fingerprint"
    return Problem(
      "\(name) was built for another Engram (\(what))", at: folder, fix: "engram plugin build '\(folder)'")
  }
}
