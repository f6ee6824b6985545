import EngramData
import EngramKit

/// Reads what NEST 3 records as text: spikes, and what multimeters sample.
public struct NestReader: FormatReader {
  public static let format = FileFormat.nest
  public init() {}

  public func parts(of path: String, _ options: ConversionOptions) throws -> [String] {
    try NestRecording.threads(of: path)
  }

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let recording = try NestRecording(reading: path)
    var contents = Contents()
    contents.title = recording.name
    contents.sourceVersion = recording.version
    let base = UInt64(options.idBase ?? 1)
    if base == 1 {
      contents.assumptions.append("NEST counts neurons from 1: neuron k is k − 1 in the result")
    }
    if recording.files.count > 1 {
      contents.assumptions.append("\(recording.files.count) files, one for each thread, became one")
    }
    let isInSteps = recording.columns[1] == "time_step"
    guard isInSteps || recording.columns[1] == "time_ms" else {
      throw Problem("has the column \(recording.columns[1]) instead of a time", at: path)
    }
    if isInSteps, options.dt == nil {
      throw ConversionOptions.missing(
        "times are in steps, and the file does not say how long one is", option: "dt", example: "0.1",
        at: path)
    }
    let dt = options.dt ?? 0
    let timeColumns = isInSteps ? 2 : 1
    guard recording.columns.count > timeColumns else {
      throw Problem("has no column time_offset beside time_step", at: path)
    }
    // Step and offset: the spike was that much before the end of its step.
    let times: @Sendable ([[Double]]) -> [Double] = { columns in
      isInSteps ? zip(columns[0], columns[1]).map { $0 * dt - $1 } : columns[0]
    }
    if recording.columns.count == timeColumns + 1 {
      let source = SpikeSource(
        name: options.population ?? recording.name, unit: .millisecond, base: base, resolution: options.dt
      ) { body in
        try recording.rows { try body(.init(times: times($1), ids: $0)) }
      }
      try source.add(to: &contents, options, at: path)
    } else {
      try traces(recording, timeColumns, times, base, options, &contents)
    }
    return contents
  }

  private func traces(
    _ recording: NestRecording, _ timeColumns: Int, _ times: ([[Double]]) -> [Double], _ base: UInt64,
    _ options: ConversionOptions, _ contents: inout Contents
  ) throws {
    var (senders, stamps) = (Set<UInt64>(), Set<Double>())
    try recording.rows { ids, columns in
      senders.formUnion(ids)
      stamps.formUnion(times(columns))
    }
    let (ids, frames) = (senders.sorted(), stamps.sorted())
    guard let first = frames.first, ids.first.map({ $0 >= base }) == true else {
      throw Problem("has no rows, or ids below \(base)", at: recording.files[0])
    }
    guard frames.count <= H5File.defaultMemoryLimit / 8 / ids.count / (recording.columns.count - timeColumns)
    else {
      throw Problem(
        "has \(frames.count) frames of \(ids.count) neurons, more than memory holds", at: recording.files[0])
    }
    let column = Dictionary(uniqueKeysWithValues: zip(ids, 0...))
    let frame = Dictionary(uniqueKeysWithValues: zip(frames, 0...))
    let variables = recording.columns.dropFirst(timeColumns + 0).dropFirst()
    var values = variables.map { _ in [Double](repeating: .nan, count: frames.count * ids.count) }
    try recording.rows { senders, columns in
      for (row, time) in times(columns).enumerated() {
        guard let frame = frame[time], let column = column[senders[row]] else { continue }
        for variable in values.indices {
          values[variable][frame * ids.count + column] = columns[timeColumns + variable][row]
        }
      }
    }
    let step = frames.count > 1 ? frames[1] - first : options.dt ?? 1
    let isRegular = frames.indices.allSatisfy { abs(frames[$0] - first - Double($0) * step) < 1e-6 }
    let taken: TraceStream.Times =
      isRegular ? .regular(Sampling(start: first, step: step)) : .stamped { Array(frames[$0]) }
    let known = ["V_m": "mV", "g_ex": "nS", "g_in": "nS", "I_syn_ex": "pA", "I_syn_in": "pA", "V_th": "mV"]
    for (place, variable) in variables.enumerated() {
      let (own, width) = (values[place], ids.count)
      if let unit = known[variable], options.unit == nil {
        contents.assumptions.append("\(variable) is in \(unit)")
      }
      contents.traces.append(
        TraceStream(
          "\(recording.name)_\(variable)", population: options.population ?? recording.name,
          ids: ids.map { $0 - base },
          unit: options.unit ?? known[variable], variable: variable, frames: frames.count, times: taken
        ) { Array(own[$0.lowerBound * width..<$0.upperBound * width]) })
    }
  }
}
