extension Inputs {
  /// The populations that the labels `types` give, or one population of all where that optional dataset is absent.
  ///
  /// - Throws: `Problem` when there is not one label for each of `neurons`.
  public func populations(_ name: String = "types", neurons: Int) throws -> Populations {
    guard contains(name) else { return Populations(one: neurons) }
    let populations = Populations(try labels(name))
    guard populations.neurons == neurons else {
      throw Problem(
        "\(populations.neurons) cell types do not fit \(neurons) neurons",
        fix: "give one label for each neuron, in the order of the matrix")
    }
    return populations
  }
}
