/// Which edges a neuron has, as SONATA stores it: runs of consecutive edges of one neuron, and the runs of each neuron.
public struct EdgeIndex: Sendable, Equatable {
  /// The end of the edges by which they are looked up.
  public enum End: String, Sendable, CaseIterable {
    case source, target

    /// Name of the index group.
    public var directory: String { self == .source ? "source_to_target" : "target_to_source" }
  }

  /// Start and end of each neuron's rows in `edgeRanges`, flat; shape [neuron, 2].
  public var nodeRanges: [Int]
  /// First edge and the one after the last of each run, flat; shape [run, 2].
  public var edgeRanges: [Int]

  public init(nodeRanges: [Int], edgeRanges: [Int]) {
    self.nodeRanges = nodeRanges
    self.edgeRanges = edgeRanges
  }

  /// The index of edges whose neuron at one end is `nodes`, each below `count`.
  ///
  /// - Complexity: O(edges + neurons): one pass finds the runs, a counting sort groups them by neuron in order.
  public init(nodes: [UInt32], count: Int) {
    var starts = [Int](repeating: 0, count: count + 1)
    var runs = 0
    for edge in nodes.indices where edge == 0 || nodes[edge] != nodes[edge - 1] {
      starts[Int(nodes[edge]) + 1] += 1
      runs += 1
    }
    for node in 0..<count { starts[node + 1] += starts[node] }
    nodeRanges = []
    nodeRanges.reserveCapacity(2 * count)
    for node in 0..<count { nodeRanges += [starts[node], starts[node + 1]] }
    edgeRanges = [Int](repeating: 0, count: 2 * runs)
    var edge = 0
    while edge < nodes.count {
      let node = Int(nodes[edge])
      var end = edge + 1
      while end < nodes.count, nodes[end] == nodes[edge] { end += 1 }
      edgeRanges[2 * starts[node]] = edge
      edgeRanges[2 * starts[node] + 1] = end
      starts[node] += 1
      edge = end
    }
  }

  /// The edges of neuron `node`, ascending; none beyond the index or where its start is not below its end.
  public func edges(of node: Int) -> [Range<Int>] {
    guard node >= 0, 2 * node + 1 < nodeRanges.count else { return [] }
    let (first, end) = (nodeRanges[2 * node], min(nodeRanges[2 * node + 1], edgeRanges.count / 2))
    guard first >= 0, first < end else { return [] }
    return (first..<end).compactMap { run in
      let (start, stop) = (edgeRanges[2 * run], edgeRanges[2 * run + 1])
      return start >= 0 && start < stop ? start..<stop : nil
    }
  }
}
