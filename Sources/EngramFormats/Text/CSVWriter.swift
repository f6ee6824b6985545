import EngramData
import EngramKit

/// Writes one set of connections, of spikes or of traces as comma-separated values (RFC 4180).
///
/// Numbers have as many digits as reading them back exactly takes, 17 at most.
public struct CSVWriter: FormatWriter {
  public static let format = FileFormat.csv
  public static let holds: Set<ContentKind> = [.nodes, .edges, .spikes, .traces]
  public init() {}

  public func name(_ stem: String) -> String { "\(stem).csv" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    let names = contents.edges.map(\.name) + contents.spikes.map(\.name) + contents.traces.map(\.name)
    let name = try contents.only(names, "sets of connections, spikes and traces") { $0 }
    job.dropColumns(of: contents, except: ["name", "id"])
    try ByteWriter.write(path, synced: false) { file in
      if let edges = contents.edges.first(where: { $0.name == name }) {
        try write(edges, contents, job, to: file)
      } else if let spikes = contents.spikes.first(where: { $0.name == name }) {
        try write(spikes, job, to: file)
      } else if let trace = contents.traces.first(where: { $0.name == name }) {
        try write(trace, job, to: file)
      }
    }
  }

  private func write(_ edges: EdgeStream, _ contents: Contents, _ job: ConversionJob, to file: ByteWriter)
    throws
  {
    let heads = edges.columns.map { column in
      quoted(column.name + (column.unit.map { $0 == "1" ? "" : " [\($0)]" } ?? ""))
    }
    try file.write((["pre", "post"] + heads).joined(separator: ",") + "\n")
    let sources = try CSVNames(edges.sourcePopulation, contents)
    let targets = try CSVNames(edges.targetPopulation, contents)
    if edges.sourcePopulation != edges.targetPopulation {
      job.assume("pre counts neurons of \(edges.sourcePopulation), post those of \(edges.targetPopulation)")
    }
    try edges.blocks { block in
      for place in block.sources.indices {
        var line = try sources.text(block.sources[place]) + "," + targets.text(block.targets[place])
        for (column, values) in zip(edges.columns, block.columns) {
          let value = values[place]
          line += ","
          if let library = column.library {
            if !value.isNaN { line += quoted(library[Int(value)]) }
          } else {
            line += csvNumber(value)
          }
        }
        line += "\n"
        try file.write(line)
      }
    }
  }

  private func write(_ spikes: SpikeStream, _ job: ConversionJob, to file: ByteWriter) throws {
    job.drop("\(spikes.name): the observation window and the number of silent neurons")
    try file.write("time_\(spikes.unit.symbol),id\n")
    try spikes.blocks { block in
      for place in block.times.indices {
        try file.write("\(csvNumber(block.times[place])),\(block.ids[place])\n")
      }
    }
  }

  private func write(_ trace: TraceStream, _ job: ConversionJob, to file: ByteWriter) throws {
    let suffix = trace.unit.map { " [\($0)]" } ?? ""
    let columns = trace.labels ?? trace.ids.map { "\(trace.variable ?? trace.name) \($0)" }
    try file.write((["time_ms"] + columns.map { quoted($0 + suffix) }).joined(separator: ",") + "\n")
    let width = max(1, trace.ids.count)
    let step = max(1, (1 << 17) / width)
    for first in stride(from: 0, to: trace.frames, by: step) {
      let frames = first..<min(trace.frames, first + step)
      let values = try trace.read(frames)
      let times: [Double]
      switch trace.times {
      case .regular(let sampling): times = frames.map { sampling.start + Double($0) * sampling.step }
      case .stamped(let stamps): times = try stamps(frames)
      }
      for (row, time) in times.enumerated() {
        let own = values[row * trace.ids.count..<(row + 1) * trace.ids.count]
        try file.write(([csvNumber(time)] + own.map(csvNumber)).joined(separator: ",") + "\n")
      }
    }
  }
}

/// What the neurons of a population are called in a text: their names where they have any, else their ids.
private struct CSVNames {
  private let names: [String]?
  private let positions: Positions?

  init(_ population: String, _ contents: Contents) throws {
    names = contents.names(population)?.map(quoted)
    let table = contents.nodes(population)
    positions = try table.map { try Positions(population, count: $0.count, ids: $0.ids) }
  }

  func text(_ id: UInt64) throws -> String {
    guard let names, let positions else { return String(id) }
    return names[Int(try positions.position(id))]
  }
}

/// The shortest digits that read back exactly; no number is `nan`.
private func csvNumber(_ value: Double) -> String {
  if value == value.rounded(), abs(value) < 0x1p53, value != 0 || value.sign == .plus {
    return String(Int(value))
  }
  return "\(value)"
}
