import EngramData
import EngramKit
import Foundation

/// What made a file, as its first line of provenance says.
struct Command: Decodable {
  var verb: String?
  var experiment: String?
  var engram: String?

  /// Read from a file; nil where it has no provenance.
  static func of(_ file: EngramFile) throws -> Command? {
    guard try file.h5.root.exists("/engram/provenance") else { return nil }
    let lines = try file.h5.root.dataset("/engram/provenance").readStrings()
    guard let first = lines.first else { return nil }
    do {
      return try JSONDecoder().decode(Command.self, from: Data(first.utf8))
    } catch {
      throw Problem("the provenance cannot be understood: \(error)", at: file.path)
    }
  }

  /// The command line that makes a step's results again.
  func text(_ info: StepInfo, _ step: StepResult, _ input: String?) -> String? {
    switch verb {
    case "run", "index": return experiment.map { "engram run \(Self.word($0)).yaml" }
    case "analyze":
      guard let input else { return nil }
      let set = step.parameters.filter { $0.isDefault != true }.map {
        " --set \($0.name)=\(Self.word($0.value))"
      }
      return "engram analyze \(info.plugin) \(Self.word(input))" + set.joined()
    default: return nil
    }
  }

  /// A word as a shell takes it.
  static func word(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isLetter || $0.isNumber || "-_./=+,:".contains($0) }
    return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
