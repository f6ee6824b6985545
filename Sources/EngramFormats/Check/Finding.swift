import EngramKit

/// One thing that `check` found in a data file.
public struct Finding: Sendable, Codable, Equatable, CustomStringConvertible {
  /// What kind of thing; see `docs/file-layout.md` for the list.
  public let id: FindingID
  public let severity: Problem.Severity
  /// The file as the user named it.
  public let file: String
  /// Object in the file; empty for the file as a whole.
  public let object: String
  /// How often it occurs.
  public let count: Int
  /// The first three occurrences.
  public let examples: [String]
  /// What is wrong, with the values.
  public let sentence: String
  /// What the user can do about it.
  public let fix: String

  public init(
    _ id: FindingID, file: String, object: String = "", count: Int = 1, examples: [String] = [],
    _ sentence: String,
    severity: Problem.Severity? = nil
  ) {
    self.id = id
    self.severity = severity ?? id.severity
    self.file = file
    self.object = object
    self.count = count
    self.examples = examples
    self.sentence = sentence
    fix = id.fix
  }

  /// The finding as every other problem is shown: id, sentence and examples.
  public var problem: Problem {
    let more = count > examples.count ? ", …" : ""
    return Problem(
      "\(id.rawValue) \(sentence)"
        + (examples.isEmpty ? "" : " (\(examples.joined(separator: "; "))\(more))"),
      at: object.isEmpty ? file : "\(file)#\(object)", fix: fix, severity: severity)
  }

  public var description: String { problem.description }

  public var json: JSON {
    [
      "id": .text(id.rawValue), "severity": .text(severity.rawValue), "file": .text(file),
      "object": .text(object),
      "count": .integer(count), "examples": JSON(examples), "sentence": .text(sentence), "fix": .text(fix),
    ]
  }
}

/// The kinds of findings, with their usual severity and the way to mend them.
public enum FindingID: String, Sendable, Codable, CaseIterable {
  case badSignature = "FMT001"
  case damaged = "FMT002"
  case missingFilter = "FMT003"
  case tooLarge = "FMT004"
  case magic = "SON001"
  case lengths = "SON002"
  case unknownPopulation = "SON003"
  case unknownID = "SON004"
  case badIndex = "SON005"
  case oldNames = "SON006"
  case sorting = "SON007"
  case units = "SON008"
  case typeID = "SON009"
  case groupIndex = "SON010"
  case enumerationCode = "SON011"
  case severalGroups = "SON012"
  case badTime = "SON013"
  case frames = "SON014"
  case missingFile = "SON015"
  case schemaVersion = "ENG001"
  case orientation = "ENG002"
  case snapshotWidth = "ENG003"
  case matlabVersion = "MAT001"
  case opaqueObject = "MAT002"
  case sparseArrays = "MAT003"
  case elementCount = "MTX001"
  case pythonObjects = "NPY001"
  case nwbRequired = "NWB001"
  case nwbIndex = "NWB002"
  case nwbOrder = "NWB003"
  case nwbResolution = "NWB004"
  case nwbIntervals = "NWB005"
  case nwbRegion = "NWB006"

  /// Severity unless a case of it is worse or milder.
  public var severity: Problem.Severity {
    switch self {
    case .magic, .oldNames, .sorting, .units, .severalGroups, .frames, .orientation, .nwbOrder,
      .nwbResolution, .nwbIntervals, .opaqueObject:
      .warning
    default: .error
    }
  }

  /// What the user can do about it.
  public var fix: String {
    switch self {
    case .badSignature: "name an HDF5 file"
    case .damaged: "copy the file again from its source, or write it again"
    case .missingFilter:
      "install the HDF5 plugin for the filter, or rewrite the file with deflate (h5repack -f GZIP=4)"
    case .tooLarge: "allow more with --memory, if you trust the file"
    case .magic: "set the root attributes magic = 0x0A7A and version = [0, 1]"
    case .lengths: "write the population again: its columns must have one entry for each element"
    case .unknownPopulation: "set the attribute node_population to a population of the nodes files"
    case .unknownID: "remove what refers to neurons that are not there, or supply the right nodes file"
    case .badIndex: "remove the index or build it again; Engram reads the edges without it"
    case .oldNames: "Engram reads both names; give the dataset its second name for libsonata"
    case .sorting: "correct the attribute, or sort the spikes; Engram does not rely on it"
    case .units: "set the attribute units"
    case .typeID: "add the type to the types table, or correct the type ids"
    case .groupIndex: "write the population again: each index must be a row of its group"
    case .enumerationCode: "add the missing names to @library, or correct the codes"
    case .severalGroups: "Engram reads them; libsonata wants all attributes in one group"
    case .badTime: "remove the times that are negative or no numbers"
    case .frames: "correct mapping/time, or the number of frames"
    case .missingFile: "correct the paths in the configuration, or bring the files"
    case .schemaVersion: "install a newer Engram"
    case .orientation: "set the attribute orientation to post_by_pre or pre_by_post"
    case .snapshotWidth: "write the snapshots again: one weight for each edge"
    case .matlabVersion: "save it in MATLAB with -v7.3"
    case .opaqueObject: "save numbers instead of the object: double(x), char(x), struct(x)"
    case .sparseArrays: "the matrix is damaged: write it again"
    case .elementCount: "copy the file again from its source, or correct its line of sizes"
    case .pythonObjects: "save numbers: np.save(name, np.asarray(values, dtype=float))"
    case .nwbRequired: "write the file again with a tool that follows the NWB schema"
    case .nwbIndex: "write the table again: its readers give wrong rows, or none"
    case .nwbOrder: "sort the spike times of each unit"
    case .nwbResolution: "set the attribute resolution to the time between samples, s"
    case .nwbIntervals: "correct obs_intervals, or remove the spikes"
    case .nwbRegion: "correct the row numbers; they count from 0 and are no ids"
    }
  }
}
