import EngramData
import EngramKit
import Glibc

/// A learning rule done by an executable.
///
/// Every request carries all that the answer depends on, the rule's memory included, so that a copy of this value and
/// a checkpoint behave like those of a built-in rule. One process serves all updates.
struct ExecutableRule: Learns {
  let request: ExecutableRequest
  var memory = Weights()
  private var process: PluginProcess?
  private var exchanges = 0

  init(request: ExecutableRequest) { self.request = request }

  var needs: Evidence { Evidence(words: request.manifest.description.needs) ?? [] }

  mutating func begin(_ inputs: Inputs, _ weights: Weights) throws {
    let started = try PluginProcess(request.manifest)
    process = started
    _ = try WriteExchange.inputs(
      inputs, request.manifest.description.reads, to: started.folder.file("inputs.h5"))
    // A rule draws its numbers update by update, from the seed of each request.
    var random = RandomStream(seed: 0)
    let path = started.folder.file("weights.h5")
    try H5File.write(path, synced: false) { try WriteExchange.weights(weights, "weights", to: $0.root) }
    try started.request(
      request.first(
        "begin", &random, ["inputs": "inputs.h5", "weights": "weights.h5", "outputs": "memory.h5"]))
    if try started.folder.holds("memory.h5") {
      let root = try H5File(reading: started.folder.file("memory.h5")).root
      memory = try reader.weights("memory", in: root, like: Weights(), free: true) ?? memory
      try started.folder.remove("memory.h5")
    }
  }

  private var reader: ReadExchange { ReadExchange(manifest: request.manifest, axes: [:]) }

  mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    let process = try started(weights)
    let (needs, memory) = (needs, memory)
    var loss: Double?
    let input = try exchange("estimate", process) { root in
      try WriteExchange.weights(weights, "weights", to: root)
      try WriteExchange.weights(memory, "memory", to: root)
      try WriteExchange.batch(trials.batch, to: root)
      // With `losses` alone the rule asks for what it needs itself.
      guard needs != .loss else { return }
      var count = 0
      let trial = try trials.run(at: weights, Request(needs)) { trace in
        try WriteExchange.trace(trace, number: count, to: root)
        count += 1
      }
      loss = trial.loss
      if let gradient = trial.gradient { try WriteExchange.weights(gradient, "gradient", to: root) }
    }
    var fields = clock(trials.clock)
    fields["loss"] = JSON(loss)
    fields["seed"] = .integer(Int(random.next() >> 11))
    let reader = reader
    let answer = try send("estimate", input, fields, process) { message in
      guard let file = message["losses"]?.asText else { return nil }
      let root = try H5File(reading: process.folder.file(lastPart(file))).root
      let names = try root.names().sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
      let losses = try trials.losses(names.count) { member in
        var moved = weights
        for block in try reader.weights(names[member], in: root, like: weights)?.blocks ?? [] {
          moved[block.name] = block
        }
        return moved
      }
      return ["losses": JSON(losses)]
    }
    guard let estimate = try reader.weights("estimate", in: answer.root, like: weights) else {
      throw Problem(
        "\(request.manifest.description.name) wrote no group 'estimate'", at: request.manifest.file)
    }
    try take(answer, process)
    var result = weights.zeroed
    for block in estimate.blocks { result[block.name] = block }
    return result
  }

  mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    let process = try started(weights)
    let (before, memory) = (weights, memory)
    let input = try exchange("apply", process) { root in
      try WriteExchange.weights(before, "weights", to: root)
      try WriteExchange.weights(estimate, "estimate", to: root)
      try WriteExchange.weights(memory, "memory", to: root)
    }
    let answer = try send("apply", input, self.clock(clock), process) { _ in nil }
    for block in try reader.weights("weights", in: answer.root, like: weights)?.blocks ?? []
    where weights[block.name]?.trained == true {
      weights[block.name] = block
    }
    try take(answer, process)
  }

  // MARK: Requests

  private mutating func started(_ weights: Weights) throws -> PluginProcess {
    if process == nil { try begin(Inputs(), weights) }
    guard let process else { throw Problem("\(request.manifest.description.name) was not started") }
    return process
  }

  private mutating func exchange(_ doing: String, _ process: PluginProcess, _ write: (H5Group) throws -> Void)
    throws -> String
  {
    exchanges += 1
    let name = "\(doing)-\(exchanges).h5"
    try H5File.write(process.folder.file(name), synced: false) { try write($0.root) }
    return name
  }

  private func send(
    _ doing: String, _ input: String, _ fields: [String: JSON], _ process: PluginProcess,
    _ answer: (JSON) throws -> JSON?
  ) throws -> H5File {
    let output = "answer-" + input
    let message = fields.merging(["do": .text(doing), "inputs": .text(input), "outputs": .text(output)]) {
      own, _ in own
    }
    try process.request(.object(message), answer: answer)
    try process.folder.remove(input)
    return try H5File(reading: process.folder.file(output))
  }

  /// Keeps the memory of an answer, which is then no longer needed.
  private mutating func take(_ answer: H5File, _ process: PluginProcess) throws {
    memory = try reader.weights("memory", in: answer.root, like: Weights(), free: true) ?? memory
    try process.folder.remove(lastPart(answer.path))
  }

  private func clock(_ clock: Clock) -> [String: JSON] {
    [
      "update": .integer(clock.update), "updates": .integer(clock.updates), "epoch": .integer(clock.epoch),
      "epochs": .integer(clock.epochs),
    ]
  }
}

extension PrivateFolder {
  /// Whether a file was written.
  func holds(_ name: String) throws -> Bool { access(file(name), F_OK) == 0 }
}
