import EngramKit

/// What a generator of networks with set motifs writes.
let networkDatasets = [
  Dataset("connectivity", .connectivity, ["neuron", "neuron"], unit: .one, "Weights from column to row."),
  Dataset("types", .labels, ["neuron"], unit: .one, "Cell type of each neuron."),
  Dataset("latent_x", ["neuron"], unit: .one, "Latent number that shifts a neuron's inputs."),
  Dataset("latent_y", ["neuron"], unit: .one, "Latent number that shifts a neuron's outputs."),
  Dataset("mean", ["post_type", "pre_type"], unit: .one, "Mean weights that were asked for."),
  Dataset("deviation", ["post_type", "pre_type"], unit: .one, "Standard deviations that were asked for."),
  Dataset(
    "reciprocal", ["post_type", "pre_type"], unit: .one, "Reciprocal correlations that were asked for."),
  Dataset(
    "chain", ["post_type", "middle_type", "pre_type"], unit: .one, "Chain correlations that were asked for."),
]

/// Summed mean weights of the excitatory and of the inhibitory inputs of every neuron.
struct MeanInputs: Sendable {
  var excitation: Double
  var inhibition: Double

  static let parameters: [Parameter<Self>] = [
    .real(
      "excitation", \.excitation, unit: .one, in: 0...1e6,
      "Summed mean weight of all excitatory inputs of a neuron."),
    .real(
      "inhibition", \.inhibition, unit: .one, in: 0...1e6,
      "Summed mean weight of all inhibitory inputs of a neuron."),
  ]
}

/// Pairwise motifs that are equal in all blocks, as correlations of weights or as excess over chance.
struct HomogeneousMotifs: Sendable {
  var chain = 0.0
  var convergent = 0.0
  var divergent = 0.0

  static let parameters: [Parameter<Self>] = [
    .real(
      "chain", \.chain, unit: .one, in: -1e6...1e6,
      "Correlation of the two weights of a chain, of binary connections their excess over chance."),
    .real(
      "convergent", \.convergent, unit: .one, in: 0...1e6,
      "The same of two inputs of a neuron; 0 beside a chain: the least that it needs."),
    .real(
      "divergent", \.divergent, unit: .one, in: 0...1e6,
      "The same of two outputs of a neuron; 0 beside a chain: the least that it needs."),
  ]

  /// These, with convergent and divergent motifs as strong as a chain that is alone.
  var completed: Self {
    guard chain != 0, convergent == 0, divergent == 0 else { return self }
    return Self(chain: chain, convergent: chain.magnitude, divergent: chain.magnitude)
  }
}

extension Populations {
  /// Cell types named in `types`, of which each has its share of the neurons and the last one the rest.
  ///
  /// - Throws: `Problem` when names and shares do not fit, or a type would be empty.
  init(types: String, fractions: [Double], neurons: Int) throws {
    let names = types.split(separator: " ").map(String.init)
    guard !names.isEmpty, Set(names).count == names.count, names.count == fractions.count else {
      throw Problem(
        "'\(types)' names \(Set(names).count) cell types, and there are \(fractions.count) fractions",
        fix: "give one fraction for each name")
    }
    guard (fractions.reduce(0, +) - 1).magnitude < 1e-9 else {
      throw Problem("the fractions \(fractions) add to \(fractions.reduce(0, +)), not 1")
    }
    var sizes = fractions.dropLast().map { Int(($0 * Double(neurons)).rounded()) }
    sizes.append(neurons - sizes.reduce(0, +))
    if let empty = sizes.firstIndex(where: { $0 < 1 }) {
      throw Problem(
        "\(names[empty]) would have \(sizes[empty]) of \(neurons) neurons", fix: "raise its fraction")
    }
    self.init(names: names, sizes: sizes)
  }
}

/// `numbers` as a matrix by block, or one number for every block.
///
/// - Throws: `Problem` when there are neither one nor `types`² numbers.
func block(_ name: String, _ numbers: [Double], _ types: Int) throws -> Matrix {
  if numbers.count == 1 { return Matrix(repeating: numbers[0], shape: [types, types]) }
  guard numbers.count == types * types else {
    throw Problem(
      "'\(name)' has \(numbers.count) numbers for \(types) cell types",
      fix: "give one, or \(types * types) row by row")
  }
  return Matrix(numbers, shape: [types, types])
}

/// Mean weights of one excitatory and one inhibitory type, equal for all targets: J_E / N_E and -J_I / N_I.
func unitRankMean(_ populations: Populations, _ inputs: MeanInputs) throws -> Matrix {
  guard populations.count == 2 else {
    throw Problem(
      "excitation and inhibition set the means of two cell types, not of \(populations.count)",
      fix: "give 'mean' by block")
  }
  let column = [
    inputs.excitation / Double(populations.sizes[0]), -inputs.inhibition / Double(populations.sizes[1]),
  ]
  return Matrix(column + column, shape: [2, 2])
}
