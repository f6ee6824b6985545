import EngramKit

/// The derivative of single outputs by the weights, exact or as a rule estimates it.
///
/// An estimate is linear in the error of the output, and the error is output minus target: so the estimates for two targets that differ by
/// one in a single output differ by the rule's D of that output, whatever the network's output is.
struct OutputDerivatives {
  let probe: Probe
  let weights: Weights
  let free: FreeWeights
  let noise: RandomStream

  /// D of each (trial, output) at the last step; shape [trial × output, free weight].
  ///
  /// - Parameters:
  ///   - count: Outputs that count; 0 for all.
  ///   - rule: Nil for the exact gradient.
  /// - Throws: `Problem` when the loss is not half the squared error, and what model and rule throw.
  func rows(_ batch: Batch, count: Int, _ rule: (any Learns)?) throws -> Matrix {
    let all = probe.source.shape.outputs
    let outputs = count == 0 ? all : count
    guard outputs <= all else { throw Problem("\(outputs) outputs were asked for; the model has \(all)") }
    var elements: [Double] = []
    let trialLength = batch.input.rowLength
    for trial in 0..<batch.size {
      let input = Tensor(
        Array(batch.input.elements[trial * trialLength..<(trial + 1) * trialLength]),
        shape: [1] + batch.input.shape.dropFirst())
      func one(_ target: [Double]) -> Batch {
        Batch(input: input, target: .values(Tensor(target, shape: [1, all])), mode: .evaluate)
      }
      let zero = try estimate(one(Array(repeating: 0, count: all)), rule)
      for output in 0..<outputs {
        var target = [Double](repeating: 0, count: all)
        target[output] = -1
        let moved = try estimate(one(target), rule)
        elements += zip(moved, zero).map { $0 - $1 }
        if rule == nil { try checkLoss(one, output, all) }
      }
    }
    return Matrix(elements, shape: [batch.size * outputs, free.count])
  }

  private func estimate(_ batch: Batch, _ rule: (any Learns)?) throws -> [Double] {
    let trials = probe.trials(batch, noise)
    if var rule {
      var random = noise.substream(1)
      return free.vector(try rule.estimate(at: weights, trials, &random))
    }
    guard let gradient = try trials.run(at: weights, Request([.loss, .gradient])).gradient else {
      throw Problem("the model gave no gradient")
    }
    return free.vector(gradient)
  }

  /// The second difference of the loss by the target must be 1, as it is for half the squared error of one trial.
  private func checkLoss(_ batch: ([Double]) -> Batch, _ output: Int, _ all: Int) throws {
    let losses = try [-1.0, 0, 1].map { shift -> Double in
      var target = [Double](repeating: 0, count: all)
      target[output] = shift
      return try probe.trials(batch(target), noise).run(at: weights, Request(.loss)).loss ?? .nan
    }
    let second = losses[0] - 2 * losses[1] + losses[2]
    guard abs(second - 1) < 1e-6 * max(1, abs(losses[1])) else {
      throw Problem(
        "the model's loss for target values is not half the squared error at the last step (its second difference is "
          + "\(second), not 1)", fix: "the theorem is about that loss; choose another model")
    }
  }
}
