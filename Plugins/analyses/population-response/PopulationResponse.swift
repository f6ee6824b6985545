import EngramKit

/// How the mean activity of each cell type answers to input into each other, predicted from motifs and actual.
public struct PopulationResponse: Analysis {
  public static let name = "population-response"
  public static let summary = "Response of each cell type to input into each, and whether it is paradoxical."
  public static let reference =
    "Shao et al. (2025) PRX Life 3, 023008; Tsodyks et al. (1997) J. Neurosci. 17, 4382"
  public static let parameters: [Parameter<Self>] = [
    .integer(
      "dense_limit", \.denseLimit, in: 2...20_000, "Most neurons for which the actual response is solved."),
    .integer(
      "perturbed", \.perturbed, in: -1...1_000_000,
      "Neuron whose single perturbation is answered by all; -1: none."),
  ]
  public static let reads = MeasuredCircuit.reads(in: .one)
  public static let writes = [
    Dataset("type_names", .labels, ["type"], unit: .one, "Cell types, in the order of the blocks."),
    Dataset(
      "gain_predicted", ["post_type", "pre_type"], unit: .one,
      "Mean response of each type to unit input into each."),
    Dataset(
      "gain_without_motifs", ["post_type", "pre_type"], unit: .one,
      "The same without reciprocal motifs and chains."),
    Dataset(
      "gain_actual", ["post_type", "pre_type"], unit: .one, "Mean response of the network itself.",
      optional: true),
    Dataset(
      "paradoxical", ["type"], unit: .one,
      "1 where a type's own input lowers its activity in a stable network."),
    Dataset(
      "mechanism", .labels, ["type"], unit: .one, "Why: none, inhibition-stabilised or chain-driven."),
    Dataset(
      "negative_fraction", ["type"], unit: .one, "Neurons of a type that its own input lowers.",
      optional: true),
    Dataset("stable", [], unit: .one, "1 where bulk and predicted outliers lie below 1."),
    Dataset(
      "single_response", ["neuron"], unit: .one, "Response of every neuron to input into one.", optional: true
    ),
  ]
  public static let figures = [
    Figure(
      "gain", "Responses", x: .init("type that gets input"), y: .init("type that answers"),
      [.image("gain_actual", label: "response", labels: "type_names")],
      caption: "A negative number on the diagonal is a paradoxical response.")
  ]

  var denseLimit = 5000
  var perturbed = -1
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let circuit = try MeasuredCircuit(inputs, into: &outputs)
    let (populations, theory) = (circuit.populations, circuit.theory)
    let plain = MotifTheory(mean: theory.mean, covariance: theory.covariance.map { _ in 0 })
    let (gain, without) = (try theory.gain(), try plain.gain())
    let greatest = max(try circuit.sums.bulk().real, try theory.roots().map(\.real).max() ?? 0)
    let stable = greatest < 1
    if !stable {
      outputs.note(
        "The network is unstable: a real part of \(greatest) is predicted, not below 1. No response is reached."
      )
    }
    let negative = populations.sizes.indices.map { stable && gain[$0, $0] < 0 }
    try outputs.put("type_names", labels: populations.names)
    try outputs.put("gain_predicted", gain)
    try outputs.put("gain_without_motifs", without)
    try outputs.put("paradoxical", negative.map { $0 ? 1 : 0 })
    try outputs.put(
      "mechanism",
      labels: negative.enumerated().map { p, answer in
        answer ? (without[p, p] < 0 ? "inhibition-stabilised" : "chain-driven") : "none"
      })
    try outputs.put("stable", stable ? 1 : 0)
    guard populations.neurons <= denseLimit else {
      return outputs.note(
        "The actual response of \(populations.neurons) neurons was not solved: more than dense_limit.")
    }
    try putActual(circuit.weights, populations, &outputs)
  }

  private func putActual(_ weights: Connectivity, _ populations: Populations, _ outputs: inout Outputs) throws
  {
    let (neurons, types) = (populations.neurons, populations.count)
    guard perturbed < neurons else {
      throw Problem(
        "there is no neuron \(perturbed) among \(neurons)", fix: "choose 'perturbed' below \(neurons)")
    }
    var matrix = weights.dense().map { -$0 }
    for i in 0..<neurons { matrix[i, i] += 1 }
    // One right side for each type, and one for the single neuron.
    var sides = Matrix(repeating: 0, shape: [neurons, types + (perturbed >= 0 ? 1 : 0)])
    for i in 0..<neurons { sides[i, Int(populations.codes[i])] = 1 }
    if perturbed >= 0 { sides[perturbed, types] = 1 }
    let answers = try solve(matrix, sides)
    var gain = Matrix(repeating: 0, shape: [types, types])
    var lowered = [Double](repeating: 0, count: types)
    for (p, members) in populations.members.enumerated() {
      for i in members {
        for q in 0..<types { gain[p, q] += answers[i, q] / Double(members.count) }
        if answers[i, p] < 0 { lowered[p] += 1 / Double(members.count) }
      }
    }
    try outputs.put("gain_actual", gain)
    try outputs.put("negative_fraction", lowered)
    if perturbed >= 0 { try outputs.put("single_response", (0..<neurons).map { answers[$0, types] }) }
  }
}
