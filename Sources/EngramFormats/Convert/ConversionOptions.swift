import EngramKit

/// What a user says about files that do not say it themselves, and how the result is to be.
///
/// A reader takes a fact from the file, else from here; where both are silent it throws `missing`, or assumes and says
/// so in `Contents.assumptions` where a convention is beyond doubt.
public struct ConversionOptions: Sendable, Codable, Equatable {
  /// Which index of a matrix is presynaptic.
  public enum Orientation: String, Sendable, Codable, CaseIterable {
    case preRows = "pre-rows"
    case postRows = "post-rows"
  }
  /// How several edges become one element of a matrix.
  public enum Reduce: String, Sendable, Codable, CaseIterable { case sum, count, mean, binary }

  /// `--time-unit`: symbol of the unit of times.
  public var timeUnit: String?
  /// `--weight-unit`: symbol of the unit of weights.
  public var weightUnit: String?
  /// `--unit`: symbol of the unit of traces and arrays.
  public var unit: String?
  /// `--orientation`: which index of a matrix is presynaptic.
  public var orientation: Orientation?
  /// `--id-base`: 0 or 1, the first id of text formats.
  public var idBase: Int?
  /// `--sample-rate`: samples in a second, Hz.
  public var sampleRate: Double?
  /// `--dt`: time step, ms.
  public var dt: Double?
  /// `--window START:STOP`: observation window, ms.
  public var windowStart: Double?
  public var windowStop: Double?
  /// `--population`: name of the only population where the source names none.
  public var population: String?
  /// `--neurons`: number of neurons, silent ones included, where the source does not say.
  public var neurons: Int?
  /// `--cell-type`: the column that gives cell types.
  public var cellType: String?
  /// `--weight`: the column of edges that is their weight.
  public var weight: String?
  /// `--object`: take only the objects of these names; empty: all.
  public var objects: [String] = []
  /// `--reduce`: how several edges become one element of a matrix; nil: their sum.
  public var reduce: Reduce?
  /// `--session-start`: ISO 8601 with zone, for NWB.
  public var sessionStart: String?
  /// `--compress`: shuffle and deflate, which some peers cannot read.
  public var compress = false
  /// `--dense`: allow dense matrices above 2 GiB.
  public var dense = false
  /// `--follow-external`: follow links into other HDF5 files.
  public var followExternal = false

  public init() {}

  /// The observation window in ms where the user gave one.
  public var window: Range<Double>? {
    guard let start = windowStart, let stop = windowStop, start <= stop else { return nil }
    return start..<stop
  }

  /// What the user gave, by the option's name, for provenance.
  public var given: [String: JSON] {
    var given: [String: JSON] = [:]
    let texts: [(String, String?)] = [
      ("time-unit", timeUnit), ("weight-unit", weightUnit), ("unit", unit),
      ("orientation", orientation?.rawValue), ("population", population), ("cell-type", cellType),
      ("weight", weight), ("reduce", reduce?.rawValue), ("session-start", sessionStart),
    ]
    for (name, text) in texts { if let text { given[name] = .text(text) } }
    let numbers: [(String, Double?)] = [
      ("sample-rate", sampleRate), ("dt", dt), ("window-start", windowStart), ("window-stop", windowStop),
    ]
    for (name, number) in numbers { if let number { given[name] = .real(number) } }
    if let idBase { given["id-base"] = .integer(idBase) }
    if let neurons { given["neurons"] = .integer(neurons) }
    if !objects.isEmpty { given["object"] = JSON(objects) }
    for (name, flag) in [("compress", compress), ("dense", dense), ("follow-external", followExternal)]
    where flag {
      given[name] = .flag(true)
    }
    return given
  }

  /// The problem that only an option can solve.
  ///
  /// - Parameters:
  ///   - what: What the file does not say, such as `the times have no unit`.
  ///   - option: Name without dashes.
  ///   - example: A value for it.
  public static func missing(_ what: String, option: String, example: String, at place: String) -> Problem {
    Problem(what, at: place, fix: "say it with --\(option) \(example)")
  }
}
