import EngramKit

/// A model stepped by an executable, whose process lives as long as its state.
struct ExecutableModel: Simulates {
  let request: ExecutableRequest

  var timeUnit: Unit { request.manifest.executable?.timeUnit ?? .millisecond }

  /// The process, and how many records it has made.
  struct State: Sendable {
    let process: PluginProcess
    var axes: [String: Int]
    var notes: [String] = []
    var records = 0
  }

  func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let process = try PluginProcess(request.manifest)
    let axes = try WriteExchange.inputs(
      inputs, request.manifest.description.reads, to: process.folder.file("inputs.h5"))
    var state = State(process: process, axes: axes)
    try send(request.first("start", &random, ["inputs": "inputs.h5"]), &state)
    return state
  }

  func advance(_ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream)
    throws
  {
    try send(["do": "advance", "from": .integer(step), "count": .integer(count), "dt": .real(dt)], &state)
  }

  func record(_ state: inout State, into outputs: inout Outputs) throws {
    let file = "record-\(state.records).h5"
    state.records += 1
    try send(["do": "record", "outputs": .text(file)], &state)
    state.notes.forEach(outputs.note)
    state.notes = []
    let path = state.process.folder.file(file)
    var reading = ReadExchange(manifest: request.manifest, axes: state.axes)
    let grows = request.manifest.executable?.grows ?? []
    for (dataset, value) in try reading.results(in: path, complete: false) {
      switch value {
      case .numbers(let rows) where grows.contains(dataset.name): try outputs.append(dataset.name, rows)
      case .spikes(let trains): try outputs.append(dataset.name, trains)
      default: try outputs.put(dataset.name, value)
      }
    }
    state.axes = reading.axes
    try state.process.folder.remove(file)
  }

  private func send(_ message: JSON, _ state: inout State) throws {
    var notes: [String] = []
    try state.process.request(message) { answer in
      if let note = answer["note"]?.asText { notes.append(note) }
      return nil
    }
    state.notes += notes
  }
}
