/// The populations of a network: which neuron belongs to which cell type.
public struct Populations: Sendable, Equatable {
  /// Name of each population, in order of first appearance; shape [population].
  public let names: [String]
  /// Population of each neuron as a position in `names`; shape [neuron].
  public let codes: [Int32]
  /// Number of neurons of each population.
  public let sizes: [Int]

  /// Populations from the cell type of each neuron.
  public init(_ labels: [String]) {
    var place: [String: Int32] = [:]
    var (names, codes, sizes) = ([String](), [Int32](), [Int]())
    codes.reserveCapacity(labels.count)
    for label in labels {
      let code = place[label] ?? Int32(names.count)
      if code == names.count {
        place[label] = code
        names.append(label)
        sizes.append(0)
      }
      codes.append(code)
      sizes[Int(code)] += 1
    }
    (self.names, self.codes, self.sizes) = (names, codes, sizes)
  }

  /// One population `all` of `neurons` neurons, where cell types are unknown.
  public init(one neurons: Int) {
    names = ["all"]
    codes = [Int32](repeating: 0, count: neurons)
    sizes = [neurons]
  }

  /// Populations from their names and the population of each neuron; one may be empty.
  init(names: [String], codes: [Int32]) {
    self.names = names
    self.codes = codes
    sizes = codes.reduce(into: [Int](repeating: 0, count: names.count)) { $0[Int($1)] += 1 }
  }

  /// Populations of the given sizes, one after the other.
  public init(names: [String], sizes: [Int]) {
    precondition(names.count == sizes.count, "\(names.count) names for \(sizes.count) sizes")
    self.names = names
    self.sizes = sizes
    codes = sizes.enumerated().flatMap { [Int32](repeating: Int32($0.offset), count: $0.element) }
  }

  /// Number of populations.
  public var count: Int { names.count }
  /// Number of neurons.
  public var neurons: Int { codes.count }
  /// The name of each neuron's population.
  public var labels: [String] { codes.map { names[Int($0)] } }

  /// The neurons of each population, ascending.
  public var members: [[Int]] {
    var members = sizes.map { size in
      var list: [Int] = []
      list.reserveCapacity(size)
      return list
    }
    for (neuron, code) in codes.enumerated() { members[Int(code)].append(neuron) }
    return members
  }
}
