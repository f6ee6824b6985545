import EngramKit

/// Streams of words, of which the most frequent kind of evidence is to be named at the end.
///
/// Words are evid0, evid1, ..., null and <eos>, each a fixed random binary vector over the root of half its length; a
/// delay is a stretch of zeros.
struct EvidenceTask: Sendable {
  static let parameters: [Parameter<Self>] = [
    .integer("classes", \.classes, in: 2...64, "Kinds of evidence."),
    .integer("words", \.words, in: 2...10_000, "Words of a trial, <eos> among them, a delay not."),
    .integer("channels", \.channels, in: 8...10_000, "Input channels."),
    .choice(
      "counts", \.counts,
      "How often each kind occurs: any vector of counts alike, or any total alike, then any split of it."),
    .integer(
      "stored_trials", \.storedTrials, in: 0...1_000_000,
      "Trials made once to train on; 0: new ones each time."),
    .integer("validation_trials", \.validationTrials, in: 0...1_000_000, "Trials made once to validate on."),
  ]

  enum Counts: String, CaseIterable, Sendable { case vectors, totals }

  var classes = 3
  var words = 50
  var channels = 50
  var counts = Counts.vectors
  var storedTrials = 0
  var validationTrials = 100

  /// The trials of the task; `delay` zero words precede <eos>, or, negative, the first word.
  func source(delay: Int, _ random: inout RandomStream) -> Source {
    var vectors: [[Double]] = []
    let scale = (2 / Double(channels)).squareRoot()
    while vectors.count < classes + 2 {
      let vector = (0..<channels).map { _ in random.bernoulli(0.5) ? scale : 0 }
      if !vectors.contains(vector) { vectors.append(vector) }
    }
    let made = (0..<storedTrials + validationTrials).map { _ in trial(&random) }
    return Source(
      task: self, vectors: vectors, delay: delay, training: Array(made.prefix(storedTrials)),
      validation: Array(made.suffix(validationTrials)))
  }

  /// The evidence and null words of one trial by number, and its label.
  private func trial(_ random: inout RandomStream) -> (words: [Int], label: Int) {
    while true {
      let counts = draw(&random)
      let most = counts.max() ?? 0
      guard counts.count(where: { $0 == most }) == 1, let label = counts.firstIndex(of: most) else {
        continue
      }
      var words = counts.enumerated().flatMap { kind, count in Array(repeating: kind, count: count) }
      words += Array(repeating: classes, count: self.words - 1 - words.count)
      random.shuffle(&words)
      return (words, label)
    }
  }

  /// Counts of each kind, which sum to at most words - 1.
  private func draw(_ random: inout RandomStream) -> [Int] {
    let limit = words - 1
    // Bars between stars: the gaps of a random subset are a uniformly chosen composition.
    let total = counts == .vectors ? limit : random.below(limit + 1)
    let parts = counts == .vectors ? classes + 1 : classes
    let bars = random.choose(parts - 1, of: total + parts - 1).sorted()
    let ends = bars + [total + parts - 1]
    return zip([-1] + bars, ends).prefix(classes).map { $1 - $0 - 1 }
  }

  /// Trials by split: stored ones by their number, others made on demand.
  struct Source: TrialSource {
    let task: EvidenceTask
    let vectors: [[Double]]
    let delay: Int
    let training, validation: [(words: [Int], label: Int)]

    var shape: TrialShape {
      TrialShape(
        steps: task.words + abs(delay), inputs: task.channels, outputs: task.classes, classes: true)
    }

    func count(_ split: Split) -> Int? {
      switch split {
      case .train: task.storedTrials > 0 ? task.storedTrials : nil
      case .validate: task.validationTrials
      case .test: nil
      }
    }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      let trials = picks.map { pick in
        switch split {
        case .train where task.storedTrials > 0: training[pick]
        case .validate: validation[pick]
        default: task.trial(&random)
        }
      }
      let pause = [[Double]](repeating: Array(repeating: 0, count: task.channels), count: abs(delay))
      let end = vectors[task.classes + 1]
      let input = trials.flatMap { trial -> [Double] in
        let evidence = trial.words.map { vectors[$0] }
        return ((delay < 0 ? pause : []) + evidence + (delay > 0 ? pause : []) + [end]).flatMap(\.self)
      }
      return Batch(
        input: Tensor(input, shape: [trials.count, task.words + abs(delay), task.channels]),
        target: .labels(trials.map(\.label)), mode: split == .train ? .train : .evaluate)
    }
  }
}
