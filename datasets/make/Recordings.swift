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

/// 1797 handwritten digits of 8 x 8 grey levels 0 to 16, with the digit each shows.
func digits(_ folder: String) throws -> (images: [Float], labels: [UInt8]) {
  let table = try Table("\(folder)/digits.csv")
  var images: [Float] = []
  var labels: [UInt8] = []
  for row in try table.rows(separator: ",", count: 65) {
    images += try row.fields.prefix(64).map { try table.number($0, line: row.line, Float.self) }
    labels.append(UInt8(try table.number(row.fields[64], line: row.line, Double.self)))
  }
  return (images, labels)
}
