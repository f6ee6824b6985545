import EngramData
import EngramKit

/// Reads the elements of one NumPy array in the order they are stored.
public final class NumpyReader {
  public let header: NumpyHeader
  /// What messages call the array.
  public var place: String { stream.place }
  /// Number of elements that were read.
  public private(set) var position = 0
  private let stream: any ByteStream
  private let memory: Int

  /// Reads the head of the file `path`.
  ///
  /// - Parameter memory: Bytes that one read may take.
  /// - Throws: `Problem`: not there, no NumPy array, damaged, Python objects (NPY001).
  public convenience init(reading path: String, memory: Int = H5File.defaultMemoryLimit) throws {
    try self.init(try FileStream(path), memory: memory)
  }

  init(_ stream: any ByteStream, memory: Int) throws {
    self.stream = stream
    self.memory = memory
    header = try NumpyHeader(stream)
  }

  /// Number of elements that are left.
  public var remaining: Int { header.count - position }

  /// The next `count` elements as float64.
  ///
  /// - Throws: `Problem`: no numbers, fewer elements, damaged.
  public func doubles(_ count: Int, field: String? = nil) throws -> [Double] {
    if field == nil, header.type == .plain(.real, size: 8, isBigEndian: false) {
      return try advance(count) { try stream.numbers(count, of: Double.self) }
    }
    let column = try column(count, field)
    return try column.doubles()
  }

  /// The next `count` elements as whole numbers, exactly.
  ///
  /// - Throws: `Problem`: a fraction, a number out of range, no numbers, fewer elements, damaged.
  public func integers<T: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int, field: String? = nil, as _: T.Type = T.self
  ) throws -> [T] {
    try column(count, field).integers()
  }

  /// Passes over the next `count` elements.
  func skip(_ count: Int) throws {
    guard count <= remaining else { throw Problem("has \(remaining) elements left, not \(count)", at: place) }
    position += count
    try stream.skip(count * header.type.size)
  }

  /// The next `count` elements as texts.
  public func texts(_ count: Int) throws -> [String] { try column(count, nil).texts() }

  /// All elements that are left as float64, row by row whatever the order in the file.
  ///
  /// - Throws: `Problem` when they do not fit into memory, and as `doubles`.
  public func tensor() throws -> Tensor<Double> {
    precondition(position == 0, "elements were read already")
    let elements = try doubles(header.count)
    return header.isFortran && header.shape.count > 1
      ? Tensor(rowByRow(elements, header.shape), shape: header.shape)
      : Tensor(elements, shape: header.shape)
  }

  private func advance<T>(_ count: Int, _ read: () throws -> T) throws -> T {
    guard count >= 0, count <= remaining else {
      throw Problem("has \(remaining) elements left, not \(count)", at: place)
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: max(8, header.type.size))
    guard !overflow, bytes <= memory else {
      throw Problem(
        "has \(count) elements to be read at once, \(bytes) bytes, more than the \(memory) allowed",
        at: place,
        fix: "allow more with --memory, if you trust the file")
    }
    position += count
    return try read()
  }

  private func column(_ count: Int, _ field: String?) throws -> NumpyColumn {
    var (type, offset) = (header.type, 0)
    if let field {
      guard let found = header.type.field(field) else {
        throw Problem("has no field “\(field)” of one number: \(header.type.words)", at: place)
      }
      (type, offset) = found
    }
    let bytes = try advance(count) { try stream.bytes(count * header.type.size) }
    return NumpyColumn(
      bytes: bytes, count: count, stride: header.type.size, offset: offset, type: type, place: place)
  }
}

/// Elements whose first axis varies fastest, in the order in which the last does.
func rowByRow(_ elements: [Double], _ shape: [Int]) -> [Double] {
  var strides = [1]
  for extent in shape.dropLast() { strides.append((strides.last ?? 1) * extent) }
  var result: [Double] = []
  result.reserveCapacity(elements.count)
  var index = [Int](repeating: 0, count: shape.count)
  var place = 0
  for _ in elements.indices {
    result.append(elements[place])
    var axis = shape.count - 1
    while axis >= 0 {
      index[axis] += 1
      place += strides[axis]
      if index[axis] < shape[axis] { break }
      place -= strides[axis] * shape[axis]
      index[axis] = 0
      axis -= 1
    }
  }
  return result
}
