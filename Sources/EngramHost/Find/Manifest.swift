import EngramKit
import Foundation

/// What a file beside a plugin says of it: `manifest.json` of an executable, `NAME.engram.json` of a built Swift plugin.
///
/// The description has the form that `engram describe NAME --json` prints; the keys besides are read here.
struct Manifest: Sendable {
  /// How an executable is started, and what it may use.
  struct Executable: Sendable {
    /// The program and its arguments; a word that names a file of the folder stands for that file.
    var command: [String]
    /// How `engram plugin build` makes it; nil where there is nothing to build.
    var build: [String]?
    /// Longest time for one request, s.
    var seconds: Double
    /// Most private memory, bytes.
    var memory: Int
    /// Unit of a model's time.
    var timeUnit: EngramKit.Unit
    /// Written datasets in which NaN and infinities have a meaning.
    var mayBeNaN: Set<String>
    /// Written datasets that gain rows with each record of a model.
    var grows: Set<String>
  }

  /// What a Swift plugin was built for.
  struct Library: Sendable, Equatable {
    /// Kit, compiler and module interface: see `Fingerprint`.
    var fingerprint: String
    /// SHA-256 of the library.
    var sha256: String
  }

  var description: Description
  /// The folder, without a slash at its end.
  var folder: String
  /// The file that this was read from.
  var file: String
  var executable: Executable?
  var library: Library?

  /// Of a manifest that says nothing else.
  static let standardSeconds = 3600.0

  /// Reads a manifest.
  ///
  /// - Throws: `Problems` with everything that is wrong in it.
  init(reading file: String, in folder: String) throws {
    let json: JSON
    do {
      json = try JSON(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: file))))
    } catch let known as Problem {
      throw known.at(file)
    } catch {
      throw Problem("cannot be read: \(error.localizedDescription)", at: file)
    }
    var reader = DescriptionReader(place: file)
    let further = ["command", "build", "limits", "time_unit", "library"]
    description = reader.description(
      json, origin: folder, form: json["library"] == nil ? .executable : .library, further: further,
      dataset: ["nan", "grows"])
    self.folder = folder
    self.file = file
    if let known = json["library"] {
      library = Library(
        fingerprint: known["fingerprint"]?.asText ?? "", sha256: known["sha256"]?.asText ?? "")
    } else {
      executable = Manifest.executable(json, description, &reader)
    }
    guard reader.problems.isEmpty else { throw Problems(reader.problems) }
  }

  private static func executable(
    _ json: JSON, _ description: Description, _ reader: inout DescriptionReader
  ) -> Executable {
    func words(_ key: String) -> [String]? { json[key]?.asList?.compactMap(\.asText) }
    let command = words("command") ?? []
    if command.isEmpty {
      reader.wrong(["command"], "is missing", fix: "write \"command\": [\"python3\", \"program.py\"]")
    }
    if description.kind == .analysis, !description.needs.isEmpty {
      reader.wrong(
        ["needs"], "an executable analysis cannot probe a model",
        fix: "leave it out, or write the plugin in Swift")
    }
    if description.kind == .rule, description.needs.isEmpty {
      reader.wrong(["needs"], "a rule needs evidence", fix: "name some of loss, gradient, readout, traces")
    }
    let limits = json["limits"] ?? .object([:])
    reader.checkKeys(limits, ["seconds", "megabytes"], ["limits"])
    let symbol = json["time_unit"]?.asText ?? "ms"
    if EngramKit.Unit(symbol) == nil { reader.wrong(["time_unit"], "unknown unit '\(symbol)'") }
    let writes = json["writes"]?.asList ?? []
    let marked = { (key: String) in
      writes.filter { $0[key]?.asFlag == true }.compactMap { $0["name"]?.asText }
    }
    let growing = description.writes.filter { [.trace, .rate, .history, .spikes].contains($0.kind) }
    return Executable(
      command: command, build: words("build"), seconds: limits["seconds"]?.asReal ?? standardSeconds,
      memory: (limits["megabytes"]?.asInteger).map { $0 * 1_000_000 }
        ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 2),
      timeUnit: EngramKit.Unit(symbol) ?? .millisecond, mayBeNaN: Set(marked("nan")),
      grows: Set(marked("grows") + growing.map(\.name)))
  }
}
