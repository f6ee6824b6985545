import EngramKit

/// One step of a recurrent network, put together from the traces of its blocks.
struct TracedStep<Element: Real> {
  /// Presynaptic activity [trial, pre] of each block onto the recurrent units.
  var pre: [(block: String, values: Tensor<Element>)] = []
  /// Slope of the units [trial, unit].
  var slope: Tensor<Element>?
  /// Error fed back by the read-out's own weights [trial, unit]; nil where the step has no target.
  var feedback: Tensor<Element>?
}

/// Puts steps together from traces.
struct TracedSteps<Element: Real> {
  /// Replaces the read-out's weights [output, unit] where it is given.
  private let readout: Tensor<Element>?
  private var step = TracedStep<Element>()

  init(readout: Tensor<Element>? = nil) { self.readout = readout }

  /// The step that `trace` completes; nil where more of it will come.
  ///
  /// - Throws: `Problem` when a model streams blocks without slopes.
  mutating func add(_ trace: Trace) throws -> TracedStep<Element>? {
    guard trace.slope.shape == [0] else {
      step.pre.append((trace.block, trace.pre.tensor()))
      if step.slope == nil {
        step.slope = trace.slope.tensor()
        if readout == nil, trace.feedback.shape != [0] { step.feedback = trace.feedback.tensor() }
      }
      return nil
    }
    guard step.slope != nil else {
      throw Problem(
        "block '\(trace.block)' comes without the slope of its units, of which this rule makes eligibility",
        fix: "train a recurrent model such as leaky-relu-rnn, or choose another rule")
    }
    // The read-out's trace ends a step.
    if let readout, trace.feedback.shape != [0] {
      step.feedback = try multiply(trace.feedback.tensor(Element.self), readout)
    }
    let whole = step
    step = TracedStep()
    return whole
  }
}
