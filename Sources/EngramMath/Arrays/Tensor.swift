/// A dense array with a shape, stored row by row (the last axis varies fastest).
///
/// Rank 0 is a scalar with one element; an axis of length 0 is allowed. Weight matrices are `[post, pre]`.
@frozen
public struct Tensor<Element: Sendable>: Sendable {
  /// Length of each axis, slowest first.
  public let shape: [Int]
  /// The elements in row-major order; their number is the product of `shape`.
  public var elements: [Element]

  /// An array of `shape` over `elements`, whose number must be the product of `shape`.
  @inlinable
  public init(_ elements: [Element], shape: [Int]) {
    precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements do not fill \(shape)")
    self.shape = shape
    self.elements = elements
  }

  /// An array of `shape` with every element equal to `value`.
  @inlinable
  public init(repeating value: Element, shape: [Int]) {
    self.shape = shape
    self.elements = Array(repeating: value, count: shape.reduce(1, *))
  }

  /// Number of axes.
  @inlinable public var rank: Int { shape.count }
  /// Number of elements.
  @inlinable public var count: Int { elements.count }
  /// Length of the first axis; 1 for a scalar.
  @inlinable public var rows: Int { shape.first ?? 1 }
  /// Product of all axes but the first.
  @inlinable public var rowLength: Int { shape.dropFirst().reduce(1, *) }
  /// Length of the second axis of a matrix.
  @inlinable public var columns: Int { shape[1] }

  @inlinable public subscript(_ i: Int) -> Element {
    get { elements[i] }
    set { elements[i] = newValue }
  }

  @inlinable public subscript(_ i: Int, _ j: Int) -> Element {
    get { elements[i * shape[1] + j] }
    set { elements[i * shape[1] + j] = newValue }
  }

  @inlinable public subscript(_ i: Int, _ j: Int, _ k: Int) -> Element {
    get { elements[(i * shape[1] + j) * shape[2] + k] }
    set { elements[(i * shape[1] + j) * shape[2] + k] = newValue }
  }

  /// The elements of row `i` (first axis), in order.
  @inlinable
  public func row(_ i: Int) -> ArraySlice<Element> { elements[i * rowLength..<(i + 1) * rowLength] }

  /// The same elements under another shape with as many elements.
  @inlinable
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(elements, shape: shape) }

  /// Each element passed through `transform`, in the same shape.
  @inlinable
  public func map<Other: Sendable>(_ transform: (Element) throws -> Other) rethrows -> Tensor<Other> {
    Tensor<Other>(try elements.map(transform), shape: shape)
  }
}

extension Tensor: Equatable where Element: Equatable {}

extension Tensor {
  /// Rows and columns exchanged; the tensor must have rank 2.
  @inlinable
  public func transposed() -> Tensor {
    precondition(rank == 2, "only a matrix can be transposed, this has shape \(shape)")
    var result = elements
    for i in 0..<rows { for j in 0..<columns { result[j * rows + i] = elements[i * columns + j] } }
    return Tensor(result, shape: [columns, rows])
  }
}

/// A dense float64 matrix `[row, column]`.
public typealias Matrix = Tensor<Double>
