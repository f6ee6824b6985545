/// Numbers of one block, in the precision that the model computes with.
public enum Numbers: Sendable, Equatable {
  case float32(Tensor<Float>)
  case float64(Tensor<Double>)

  /// Length of each axis.
  public var shape: [Int] {
    switch self {
    case .float32(let values): values.shape
    case .float64(let values): values.shape
    }
  }

  /// Numbers in the precision of `values`.
  public init<Element: Real>(_ values: Tensor<Element>) {
    if let single = values as? Tensor<Float> {
      self = .float32(single)
    } else {
      self = .float64(values as? Tensor<Double> ?? values.map { Double($0) })
    }
  }

  /// The numbers in a precision (a copy where they are stored in the other).
  public func tensor<Element: Real>(_ type: Element.Type = Element.self) -> Tensor<Element> {
    let known: Any = Element.self == Float.self ? float : double
    return known as? Tensor<Element> ?? double.map { Element($0) }
  }

  /// The numbers in double precision (a copy where they are float32).
  public var double: Tensor<Double> {
    switch self {
    case .float32(let values): values.map(Double.init)
    case .float64(let values): values
    }
  }

  /// The numbers in single precision (rounded where they are float64).
  public var float: Tensor<Float> {
    switch self {
    case .float32(let values): values
    case .float64(let values): values.map { Float($0) }
    }
  }
}

/// The weights of a model as named blocks: `[post, pre]` matrices, biases, and fixed data beside them.
public struct Weights: Sendable, Equatable {
  /// One block.
  public struct Block: Sendable, Equatable {
    public var name: String
    public var values: Numbers
    /// Whether a rule may change it; cell types, signs, masks and running statistics are not trained.
    public var trained: Bool
    public var unit: String

    public init(_ name: String, _ values: Numbers, trained: Bool = true, unit: Unit = .one) {
      self.name = name
      self.values = values
      self.trained = trained
      self.unit = unit.symbol
    }

    public init(_ name: String, _ values: Tensor<Double>, trained: Bool = true, unit: Unit = .one) {
      self.init(name, .float64(values), trained: trained, unit: unit)
    }

    public init(_ name: String, _ values: Tensor<Float>, trained: Bool = true, unit: Unit = .one) {
      self.init(name, .float32(values), trained: trained, unit: unit)
    }
  }

  /// The blocks, in the model's order.
  public var blocks: [Block]

  public init(_ blocks: [Block] = []) { self.blocks = blocks }

  /// The block called `name`, or nil.
  public subscript(_ name: String) -> Block? {
    get { blocks.first { $0.name == name } }
    set {
      guard let newValue else { return blocks.removeAll { $0.name == name } }
      if let place = blocks.firstIndex(where: { $0.name == name }) {
        blocks[place] = newValue
      } else {
        blocks.append(newValue)
      }
    }
  }

  /// The numbers of block `name` in double precision.
  ///
  /// - Throws: `Problem` that lists the blocks there are.
  public func double(_ name: String) throws -> Tensor<Double> { try block(name).values.double }

  /// The numbers of block `name` in single precision.
  public func float(_ name: String) throws -> Tensor<Float> { try block(name).values.float }

  private func block(_ name: String) throws -> Block {
    guard let block = self[name] else { throw missing(name) }
    return block
  }

  func missing(_ name: String) -> Problem {
    Problem(
      "there is no weight block '\(name)'",
      fix: "the blocks are " + blocks.map(\.name).joined(separator: ", "))
  }

  /// Changes the numbers of block `name` in double precision, in place where they are float64.
  ///
  /// - Throws: `Problem` that lists the blocks there are, and what `change` throws.
  public mutating func update(_ name: String, _ change: (inout Tensor<Double>) throws -> Void) throws {
    guard let place = blocks.firstIndex(where: { $0.name == name }) else { throw missing(name) }
    var (wide, isSingle): (Tensor<Double>, Bool)
    switch blocks[place].values {
    case .float64(let values): (wide, isSingle) = (values, false)
    case .float32(let values): (wide, isSingle) = (values.map(Double.init), true)
    }
    // The block gives its numbers away while they change, so that they have one owner and are not copied.
    blocks[place].values = .float64(Tensor([], shape: [0]))
    defer { blocks[place].values = isSingle ? .float32(wide.map { Float($0) }) : .float64(wide) }
    try change(&wide)
  }

  /// Each trained block through `change`, with the block of the same name in `other`; the rest as they are.
  ///
  /// - Throws: `Problem` when a trained block is missing in `other` or has another shape.
  public func combined(with other: Weights, _ change: (Double, Double) -> Double) throws -> Weights {
    var result = self
    for (place, block) in blocks.enumerated() where block.trained {
      let partner = try other.block(block.name)
      guard partner.values.shape == block.values.shape else {
        throw Problem(
          "block '\(block.name)' has shape \(block.values.shape) here and \(partner.values.shape) there")
      }
      switch (block.values, partner.values) {
      case (.float32(let a), let b):
        let b = b.float
        result.blocks[place].values = .float32(
          Tensor(zip(a.elements, b.elements).map { Float(change(Double($0), Double($1))) }, shape: a.shape))
      case (.float64(let a), let b):
        let b = b.double
        result.blocks[place].values = .float64(
          Tensor(zip(a.elements, b.elements).map(change), shape: a.shape))
      }
    }
    return result
  }

  /// The trained blocks alone, all zero: where a gradient starts.
  public var zeroed: Weights {
    Weights(
      blocks.filter(\.trained).map { block in
        var zero = block
        switch block.values {
        case .float32(let values): zero.values = .float32(Tensor(repeating: 0, shape: values.shape))
        case .float64(let values): zero.values = .float64(Tensor(repeating: 0, shape: values.shape))
        }
        return zero
      })
  }
}
