import EngramFormats
import EngramKit
import EngramRun

/// Where to, and what a user says about files that do not say it themselves.
let conversionOptions: [Command.Option] = [
  Command.Option(
    name: "to", value: "FORMAT", summary: "Format of the result.",
    completes: .words(FormatCatalogue.writers.map { $0.format.rawValue })),
  Command.Option(
    name: "out", value: "DIR", summary: "Folder of the results (default results/convert).",
    completes: .folders),
  Command.Option(
    name: "from", value: "FORMAT", summary: "Format of the sources, where content leaves a doubt.",
    completes: .words(FormatCatalogue.readers.map { $0.format.rawValue })),
  Command.Option(
    name: "object", value: "NAME", summary: "Take this population or object only.", repeats: true),
  Command.Option(name: "time-unit", value: "UNIT", summary: "Unit of times: ms, s, us."),
  Command.Option(name: "weight-unit", value: "UNIT", summary: "Unit of weights, such as nS, mV, pA."),
  Command.Option(name: "unit", value: "UNIT", summary: "Unit of traces and arrays, such as mV."),
  Command.Option(
    name: "orientation", value: "WAY", summary: "Rows of matrices: pre-rows or post-rows.",
    completes: .words(ConversionOptions.Orientation.allCases.map(\.rawValue))),
  Command.Option(name: "id-base", value: "N", summary: "First neuron id of text formats: 0 or 1."),
  Command.Option(name: "sample-rate", value: "HZ", summary: "Samples in a second, where times are samples."),
  Command.Option(name: "dt", value: "MS", summary: "Time between samples, ms."),
  Command.Option(name: "window", value: "START:STOP", summary: "Observation window, ms; spikes outside go."),
  Command.Option(
    name: "population", value: "NAME", summary: "Name of neurons that the source does not name."),
  Command.Option(name: "neurons", value: "N", summary: "Number of neurons, silent ones included."),
  Command.Option(name: "cell-type", value: "COLUMN", summary: "Column that gives cell types."),
  Command.Option(name: "weight", value: "COLUMN", summary: "Column that is the weight of a connection."),
  Command.Option(
    name: "reduce", value: "HOW", summary: "Several edges to one element: sum, count, mean, binary.",
    completes: .words(ConversionOptions.Reduce.allCases.map(\.rawValue))),
  Command.Option(
    name: "session-start", value: "TIME", summary: "Begin of the recording, ISO 8601 with zone."),
  Command.Option(name: "compress", summary: "Shuffle and deflate; libsonata's wheels cannot read that."),
  Command.Option(name: "dense", summary: "Allow dense matrices above 2 GiB."),
  Command.Option(name: "follow-external", summary: "Follow links into other HDF5 files."),
]

extension Invocation {
  /// What `convert` was asked for.
  func conversion() throws -> ConvertOptions {
    guard let target = value("to") else {
      throw Misuse(
        "convert needs --to FORMAT",
        fix: "the formats are " + FormatCatalogue.writers.map { $0.format.rawValue }.joined(separator: ", "))
    }
    var options = ConvertOptions(
      to: try format(target, FormatCatalogue.writers.map { $0.format }, "to"),
      output: value("out") ?? "results/convert")
    options.from = try value("from").map {
      try format($0, FormatCatalogue.readers.map { $0.format }, "from")
    }
    options.conversion = try facts()
    options.isStrict = has("strict")
    options.overwrites = has("overwrite")
    options.jobs = try count("jobs") ?? processorCount()
    options.memory = try bytes("memory")
    options.worker = workerCommand()
    return options
  }

  private func facts() throws -> ConversionOptions {
    var facts = ConversionOptions()
    facts.timeUnit = value("time-unit")
    facts.weightUnit = value("weight-unit")
    facts.unit = value("unit")
    for (name, text) in [
      ("weight-unit", facts.weightUnit), ("unit", facts.unit), ("time-unit", facts.timeUnit),
    ] {
      guard let text, Unit(text) == nil else { continue }
      throw Misuse("'--\(name)' takes a unit, not '\(text)'", fix: "write --\(name) ms, mV, nS, 1, …")
    }
    facts.orientation = try choice("orientation")
    facts.reduce = try choice("reduce")
    facts.idBase = try value("id-base").map { text throws(Misuse) in
      guard let base = Int(text), base == 0 || base == 1 else {
        throw Misuse("'--id-base' takes 0 or 1, not '\(text)'", fix: "write --id-base 1")
      }
      return base
    }
    facts.sampleRate = try positive("sample-rate")
    facts.dt = try positive("dt")
    facts.neurons = try count("neurons")
    if let text = value("window") {
      let parts = text.split(separator: ":").map { Double($0) }
      guard parts.count == 2, let start = parts[0], let stop = parts[1], start <= stop else {
        throw Misuse("'--window' takes START:STOP in ms, not '\(text)'", fix: "write --window 0:1000")
      }
      (facts.windowStart, facts.windowStop) = (start, stop)
    }
    facts.population = value("population")
    facts.cellType = value("cell-type")
    facts.weight = value("weight")
    facts.objects = values("object")
    facts.sessionStart = value("session-start")
    facts.compress = has("compress")
    facts.dense = has("dense")
    facts.followExternal = has("follow-external")
    return facts
  }

  private func positive(_ option: String) throws(Misuse) -> Double? {
    guard let number = try number(option) else { return nil }
    guard number > 0 else { throw Misuse("'--\(option)' must be above 0", fix: "write --\(option) 0.1") }
    return number
  }

  private func choice<T: RawRepresentable & CaseIterable>(
    _ option: String
  ) throws(Misuse) -> T? where T.RawValue == String {
    guard let text = value(option) else { return nil }
    guard let choice = T(rawValue: text) else {
      let known = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw Misuse("'--\(option)' takes one of \(known), not '\(text)'", fix: "write one of them")
    }
    return choice
  }

  private func format(_ text: String, _ known: [FileFormat], _ option: String) throws(Misuse) -> FileFormat {
    if let format = FileFormat(named: text), known.contains(format) { return format }
    let near = nearestName(to: text, among: known.map(\.rawValue)).map { "did you mean '\($0)'? " } ?? ""
    throw Misuse(
      "'--\(option)' takes no format '\(text)'",
      fix: near + "the formats are " + known.map(\.rawValue).joined(separator: ", "))
  }
}
