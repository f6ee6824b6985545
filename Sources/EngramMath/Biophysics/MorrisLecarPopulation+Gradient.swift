extension MorrisLecarPopulation {
  /// Derivatives of a loss by what a network did: by its mean outputs [trial, neuron], and by each trial's openness.
  public struct Seed: Sendable {
    public var output: Matrix
    public var openness: [Double]

    public init(output: Matrix, openness: [Double]) {
      self.output = output
      self.openness = openness
    }
  }

  /// Runs `trials` and carries the derivative of a loss back through every step, exactly.
  ///
  /// The state is kept at the begin of each of about √steps segments, and a segment is run again on the way back.
  ///
  /// - Parameter seed: The loss's derivatives, given what the network did.
  /// - Returns: The response, and the gradient by the weights.
  /// - Throws: `MathError.shape`, and what `seed` throws.
  public func gradient(
    _ member: Member<Double>, _ trials: Trials<Double>, seed: (Response<Double>) throws -> Seed
  ) throws -> (response: Response<Double>, gradient: Member<Double>) {
    try check(member, trials)
    let blocks = Self.blocks(of: trials.count, members: 1)
    let neurons = member.input.rows
    var passes = [MorrisLecarAdjoint?](repeating: nil, count: blocks.count)
    passes.withUnsafeMutableBufferPointer { passes in
      parallelFor(chunks: blocks.count) { passes[$0] = MorrisLecarAdjoint(self, member, trials, blocks[$0]) }
    }
    let results = passes.compactMap { $0?.result }
    let response = Response(
      output: Tensor(results.flatMap(\.output), shape: [trials.count, neurons]),
      openness: results.flatMap(\.openness))
    let seed = try seed(response)
    passes.withUnsafeMutableBufferPointer { passes in
      parallelFor(chunks: blocks.count) { chunk in
        let rows = blocks[chunk]
        passes[chunk]?.goBack(
          Array(seed.output.elements[rows.lowerBound * neurons..<rows.upperBound * neurons]),
          Array(seed.openness[rows]))
      }
    }
    var sum = member
    sum.input = Tensor(repeating: 0, shape: member.input.shape)
    sum.recurrent = member.recurrent.map { Tensor(repeating: 0, shape: $0.shape) }
    // In the order of the blocks, whatever thread was first.
    for pass in passes.compactMap({ $0 }) {
      for i in 0..<sum.input.count { sum.input[i] += pass.inputSlope.elements[i] }
      for i in 0..<(sum.recurrent?.count ?? 0) { sum.recurrent?[i] += pass.recurrentSlope.elements[i] }
    }
    return (response, sum)
  }
}
