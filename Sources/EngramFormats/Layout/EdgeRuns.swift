/// Tells where runs of consecutive edges of one neuron begin; SONATA's index lists them.
struct EdgeRuns {
  /// No run is longer, so that its length fits one word with where it starts; two runs in a row may be of one neuron.
  static let longest = 1 << 24 - 1
  /// Edges beyond this many have no index.
  static let mostEdges = 1 << 40

  private var id: UInt64?
  private(set) var start = 0

  /// Whether the edge of neuron `id`, the one after that of the last call, begins a run.
  mutating func begins(_ id: UInt64, at edge: Int) -> Bool {
    guard id != self.id || edge - start == EdgeRuns.longest else { return false }
    (self.id, start) = (id, edge)
    return true
  }
}
