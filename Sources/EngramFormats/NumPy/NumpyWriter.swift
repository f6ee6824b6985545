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
  /// Begins the array `name` of `shape`; its elements follow through `write`.
  public func begin(_ name: String, _ element: H5Element, shape: [Int]) throws -> Member {
    let member = try begin("\(name).npy")
    try write(NumpyHeader.bytes(descr: element.numpyName, shape: shape), to: member)
    return member
  }

  /// Adds a whole array, row by row.
  public func array<T: H5Scalar>(_ name: String, _ values: [T], shape: [Int]? = nil) throws {
    let shape = shape ?? [values.count]
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill \(shape)")
    try write(values, to: try begin(name, T.element, shape: shape))
  }

  /// Adds an array of texts, as NumPy stores `str`; `shape` is `[]` for a single one.
  public func array(_ name: String, texts: [String], shape: [Int]? = nil) throws {
    let scalars = texts.map { $0.unicodeScalars.map(\.value) }
    let width = max(1, scalars.map(\.count).max() ?? 1)
    let member = try begin("\(name).npy")
    try write(NumpyHeader.bytes(descr: "<U\(width)", shape: shape ?? [texts.count]), to: member)
    for text in scalars {
      try write(text + [UInt32](repeating: 0, count: width - text.count), to: member)
    }
  }

  /// Adds values as `element` keeps them.
  ///
  /// - Throws: `Problem` for a value that it cannot hold.
  func write(_ values: [Double], as element: H5Element, to member: Member) throws {
    func whole<T: H5Scalar & FixedWidthInteger>(_: T.Type) throws {
      try write(
        try values.map { value in
          guard let whole = T(exactly: value) else { throw Problem("\(value) is no \(element.rawValue)") }
          return whole
        }, to: member)
    }
    switch element {
    case .int8: try whole(Int8.self)
    case .int16: try whole(Int16.self)
    case .int32: try whole(Int32.self)
    case .int64: try whole(Int64.self)
    case .uint8: try whole(UInt8.self)
    case .uint16: try whole(UInt16.self)
    case .uint32: try whole(UInt32.self)
    case .uint64: try whole(UInt64.self)
    case .float32: try write(values.map(Float.init), to: member)
    case .float64: try write(values, to: member)
    }
  }
}
