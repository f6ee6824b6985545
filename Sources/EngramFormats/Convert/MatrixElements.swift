import EngramData
import EngramKit

/// The elements of a matrix made of edges: one for each pair of neurons, in the order of the end that sorts first.
public struct MatrixElements {
  /// Consecutive elements: positions of the postsynaptic and presynaptic neurons, and values.
  public struct Block {
    public var posts: [UInt32]
    public var pres: [UInt32]
    public var values: [Double]
  }

  private let edges: SortedEdges
  /// Column that is the weight; nil: there is none, and each edge counts 1.
  private let weight: Int?
  private let reduce: ConversionOptions.Reduce
  /// Number of elements of each neuron at the end that sorts first: rows of a compressed matrix.
  public let counts: [Int]
  /// Number of pairs joined by more than one edge.
  public let merged: Int
  public let unit: String?
  /// How several edges become one element.
  public var reduction: String { reduce.rawValue }

  /// Counts the elements.
  public init(_ edges: SortedEdges, _ options: ConversionOptions) throws {
    self.edges = edges
    let name = options.weight ?? EdgeStream.weight
    weight = edges.stream.columns.firstIndex { $0.name == name && $0.library == nil }
    if weight == nil, options.weight != nil {
      throw Problem(
        "the connections \(edges.stream.name) have no column “\(name)” of numbers",
        fix: "the columns are \(edges.stream.columns.map(\.name).joined(separator: ", "))")
    }
    reduce = options.reduce ?? .sum
    unit = reduce == .count || reduce == .binary ? "1" : weight.map { edges.stream.columns[$0].unit } ?? "1"
    var counts = [Int](repeating: 0, count: edges.counts.count)
    var merged = 0
    var last: UInt64?
    var isMulti = false
    let major = edges.major
    try edges.blocks { block in
      for place in block.sources.indices {
        let outer = major == .target ? block.targets[place] : block.sources[place]
        let key = UInt64(block.targets[place]) << 32 | UInt64(block.sources[place])
        if key != last {
          counts[Int(outer)] += 1
          isMulti = false
        } else if !isMulti {
          merged += 1
          isMulti = true
        }
        last = key
      }
    }
    (self.counts, self.merged) = (counts, merged)
  }

  /// Calls `body` with the elements in blocks; may be called again.
  public func blocks(_ body: (Block) throws -> Void) throws {
    var open: (post: UInt32, pre: UInt32, sum: Double, edges: Int)?
    func value(_ open: (post: UInt32, pre: UInt32, sum: Double, edges: Int)) -> Double {
      switch reduce {
      case .sum: open.sum
      case .count: Double(open.edges)
      case .mean: open.sum / Double(open.edges)
      case .binary: 1
      }
    }
    try edges.blocks { block in
      var made = Block(posts: [], pres: [], values: [])
      for place in block.sources.indices {
        let (post, pre) = (block.targets[place], block.sources[place])
        let weight = weight.map { block.columns[$0][place] } ?? 1
        if let known = open, known.post == post, known.pre == pre {
          open = (post, pre, known.sum + weight, known.edges + 1)
          continue
        }
        if let known = open {
          made.posts.append(known.post)
          made.pres.append(known.pre)
          made.values.append(value(known))
        }
        open = (post, pre, weight, 1)
      }
      try body(made)
    }
    if let known = open {
      try body(Block(posts: [known.post], pres: [known.pre], values: [value(known)]))
    }
  }
}
