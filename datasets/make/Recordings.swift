import EngramKit

/// Spikes of one grasshopper's auditory receptor per table, one unit each; the tables count microseconds.
func grasshopperReceptor(_ folder: String) throws -> (trains: SpikeTrains, names: [String]) {
  var units: [Int] = []
  var times: [Double] = []
  // Each unit is named after its stimulus: Gaussian noise with cut-off frequency 200 and 800 Hz.
  let names = ["gauss_st6_co200", "gauss_st6_co800"]
  for unit in names.indices {
    let table = try Table("\(folder)/grasshopper_spike_times\(unit + 1).txt")
    for (index, line) in table.lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      times.append(try table.number(String(line), line: index + 1, Double.self) / 1000)
      units.append(unit)
    }
  }
  // The stimuli last ten seconds.
  return (SpikeTrains(units: units, times: times, ids: [0, 1], start: 0, stop: 10_000), names)
}

/// 1797 handwritten digits of 8 x 8 grey levels 0 to 16, pixels row by row, with the digit each shows.
///
/// - Returns: Shapes [trial, channel] and [trial].
func digits(_ folder: String) throws -> (images: Matrix, labels: Tensor<Double>) {
  let table = try Table("\(folder)/digits.csv")
  let rows = try table.rows(separator: ",", count: 65)
  let values = try rows.map { row in try row.fields.map { try table.number($0, line: row.line, Double.self) }
  }
  return (
    Matrix(values.flatMap { $0.prefix(64) }, shape: [rows.count, 64]),
    Tensor(values.map { $0[64] }, shape: [rows.count])
  )
}

/// The simulated network: connections `[source, target, weight (mV), delay (ms)]` and spikes.
func balancedNetwork(
  _ folder: String, neurons: Int
) throws -> (sources: [UInt32], targets: [UInt32], weights: [Double], delays: [Double], trains: SpikeTrains) {
  let links = try Table("\(folder)/connections.tsv")
  let rows = try links.rows(separator: "\t", count: 4)
  let spikes = try Table("\(folder)/spikes.tsv")
  let events = try spikes.rows(separator: "\t", count: 2)
  return (
    try rows.map { try links.number($0.fields[0], line: $0.line) },
    try rows.map { try links.number($0.fields[1], line: $0.line) },
    try rows.map { try links.number($0.fields[2], line: $0.line) },
    try rows.map { try links.number($0.fields[3], line: $0.line) },
    SpikeTrains(
      units: try events.map { try spikes.number($0.fields[0], line: $0.line) },
      times: try events.map { try spikes.number($0.fields[1], line: $0.line) },
      ids: (0..<UInt64(neurons)).map { $0 }, start: 0, stop: 5000)
  )
}
