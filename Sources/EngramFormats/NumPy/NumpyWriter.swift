import EngramData
import EngramKit

extension H5Element {
  /// NumPy's name of the type, little-endian.
  var numpyName: String {
    switch self {
    case .int8: "|i1"
    case .int16: "<i2"
    case .int32: "<i4"
    case .int64: "<i8"
    case .uint8: "|u1"
    case .uint16: "<u2"
    case .uint32: "<u4"
    case .uint64: "<u8"
    case .float32: "<f4"
    case .float64: "<f8"
    }
  }
}

/// Writes one array as a `.npy` file.
///
/// - Parameter values: Row by row; as many as `shape` says.
/// - Throws: `Problem` with the system's reason; nothing is left behind.
public func writeNumpy<T: H5Scalar>(_ path: String, _ values: [T], shape: [Int]? = nil) throws {
  let shape = shape ?? [values.count]
  precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill \(shape)")
  try ByteWriter.write(path) { writer in
    try writer.write(NumpyHeader.bytes(descr: T.element.numpyName, shape: shape))
    try writer.write(numbers: values)
  }
}

extension ArchiveWriter {
  /// Begins the array `name` of `shape`; its elements follow through `write(numbers:)`.
  public func begin(_ name: String, _ element: H5Element, shape: [Int]) throws {
    try begin("\(name).npy")
    try write(NumpyHeader.bytes(descr: element.numpyName, shape: shape))
  }

  /// Adds a whole array, row by row.
  public func array<T: H5Scalar>(_ name: String, _ values: [T], shape: [Int]? = nil) throws {
    let shape = shape ?? [values.count]
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill \(shape)")
    try begin(name, T.element, shape: shape)
    try write(numbers: values)
  }

  /// Adds an array of texts, as NumPy stores `str`; `shape` is `[]` for a single one.
  public func array(_ name: String, texts: [String], shape: [Int]? = nil) throws {
    let scalars = texts.map { $0.unicodeScalars.map(\.value) }
    let width = max(1, scalars.map(\.count).max() ?? 1)
    try begin("\(name).npy")
    try write(NumpyHeader.bytes(descr: "<U\(width)", shape: shape ?? [texts.count]))
    for text in scalars {
      try write(numbers: text + [UInt32](repeating: 0, count: width - text.count))
    }
  }

  /// Adds a truth value, as NumPy stores `bool`.
  public func flag(_ name: String, _ value: Bool) throws {
    try begin("\(name).npy")
    try write(NumpyHeader.bytes(descr: "|b1", shape: []))
    try write([value ? 1 : 0])
  }
}
