import EngramKit
import Foundation

/// A file of the canonical layout, or a SONATA file by others, open for reading.
///
/// `docs/file-layout.md` shows what lies where. Everything is read when asked for.
public final class EngramFile: Sendable {
  public let h5: H5File
  /// Layout version; nil for a SONATA file by others.
  public let version: SchemaVersion?
  /// What is odd about the file as a whole.
  public let warnings: [Problem]
  public let options: ReadingOptions
  /// Further files that may hold the populations which this one names.
  private let nodeFiles: [EngramFile]

  /// Opens a file.
  ///
  /// - Throws: `Problem`: not there, not HDF5, damaged, or of a newer major layout version.
  public convenience init(
    reading path: String, options: ReadingOptions = ReadingOptions(), followExternal: Bool = false
  ) throws {
    try self.init(try H5File(reading: path, followExternal: followExternal), options: options)
  }

  /// A file that is open already; one that is being written may be read so as well.
  ///
  /// - Parameter nodeFiles: Further files that may hold the populations which this one names.
  public init(
    _ h5: H5File, options: ReadingOptions = ReadingOptions(), nodeFiles: [EngramFile] = []
  ) throws {
    self.h5 = h5
    self.nodeFiles = nodeFiles
    self.options = options
    (version, warnings) = try SchemaVersion.read(try h5.root)
  }

  /// The name the user gave.
  public var path: String { h5.path }

  /// Names of the populations of neurons.
  public func nodeNames() throws -> [String] { try groups(in: "/nodes") }
  /// Names of the populations of connections.
  public func edgeNames() throws -> [String] { try groups(in: "/edges") }
  /// Names of the recorded traces.
  public func reportNames() throws -> [String] { try groups(in: "/report") }
  /// Names of the stored matrices, sparse and dense.
  public func matrixNames() throws -> [String] { try members(of: "/engram/connectivity") }
  /// Names of the stored rates.
  public func rateNames() throws -> [String] { try groups(in: "/engram/rates") }
  /// Names of the weight histories.
  public func weightNames() throws -> [String] { try groups(in: "/engram/weights") }
  /// Names of the scalar histories.
  public func historyNames() throws -> [String] { try members(of: "/engram/history") }
  /// Ids of the steps whose results the file holds.
  public func stepNames() throws -> [String] { try groups(in: "/engram/results") }

  /// Names of the spike populations; one in the old flat layout is named by the options.
  public func spikeNames() throws -> [String] {
    try hasFlatSpikes() ? [options.defaultPopulation] : try groups(in: "/spikes")
  }

  /// Whether spikes lie directly in `/spikes`, as in the oldest SONATA files.
  public func hasFlatSpikes() throws -> Bool { try h5.root.kind(of: "/spikes/timestamps") == .dataset }

  /// The population of neurons `name`: of this file, else of `<name>_nodes.h5` or `nodes.h5` beside it; nil when there is none.
  public func nodes(_ name: String) throws -> NodePopulation? {
    if try h5.root.kind(of: "/nodes/\(name)") == .group { return try NodePopulation(self, name) }
    for other in nodeFiles where try other.h5.root.kind(of: "/nodes/\(name)") == .group {
      return try NodePopulation(other, name)
    }
    let folder = (path as NSString).deletingLastPathComponent
    guard !name.contains("/") else { return nil }
    for beside in ["\(name)_nodes.h5", "nodes.h5"].map((folder as NSString).appendingPathComponent)
    where beside != path && FileManager.default.fileExists(atPath: beside) {
      let file = try EngramFile(reading: beside)
      if try file.h5.root.kind(of: "/nodes/\(name)") == .group { return try NodePopulation(file, name) }
    }
    return nil
  }

  /// The population of connections `name`.
  public func edges(_ name: String) throws -> EdgePopulation { try EdgePopulation(self, name) }
  /// The spike population `name`.
  public func spikes(_ name: String) throws -> SpikePopulation { try SpikePopulation(self, name) }
  /// The recorded trace `name`.
  public func report(_ name: String) throws -> ReportPopulation {
    try ReportPopulation(try h5.root.group("/report/\(name)"), name)
  }
  /// The stored matrix `name`.
  public func matrix(_ name: String) throws -> StoredMatrix {
    try StoredMatrix(self, path: "/engram/connectivity/\(name)")
  }

  /// The types table of a population: the one the options name, else the one beside the file.
  func types(_ kind: String, _ population: String) throws -> TypesTable? {
    if let path = options.typesFile {
      return try TypesTable(reading: path, kind: kind, population: population)
    }
    return try TypesTable.beside(path, kind: kind, population: population)
  }

  func groups(in parent: String) throws -> [String] {
    try members(of: parent).filter { try h5.root.kind(of: "\(parent)/\($0)") == .group }
  }

  private func members(of parent: String) throws -> [String] {
    guard try h5.root.kind(of: parent) == .group else { return [] }
    return try h5.root.group(parent).names()
  }
}
