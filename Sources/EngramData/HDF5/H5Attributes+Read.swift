internal import CHDF5
import EngramKit

extension H5Attributes {
  /// Numbers of attribute `name`, row-major; none for a null dataspace.
  ///
  /// - Throws: `Problem`: absent, not numeric, a value beyond the range of `T`.
  public func read<T: H5Scalar>(_ name: String, _ type: T.Type = T.self) throws -> [T] {
    try hdf5 {
      let open = try OpenAttribute(node, name)
      guard open.type.isNumeric else { throw wrongKind(name, "numbers, but \(open.type.words)") }
      return try open.numbers(T.self)
    }
  }

  /// What attribute `name` holds, whatever its kind.
  ///
  /// - Throws: `Problem`: absent, damaged or too large.
  public func value(_ name: String) throws -> H5Value {
    try hdf5 {
      let open = try OpenAttribute(node, name)
      if open.isNull { return .empty(open.type.words) }
      switch open.type {
      case .integer(8, signed: false):
        let values = try open.numbers(UInt64.self)
        guard values.allSatisfy({ $0 <= UInt64(Int64.max) }) else {
          return .unsigned(values, shape: open.shape)
        }
        return .integers(values.map { Int64($0) }, shape: open.shape)
      case .integer: return .integers(try open.numbers(), shape: open.shape)
      case .float: return .floats(try open.numbers(), shape: open.shape)
      case .enumeration(let members):
        let values: [Int64] = try open.numbers()
        return .names(enumerationNames(values, members), shape: open.shape)
      case .string(let length): return .strings(try open.strings(length), shape: open.shape)
      case .reference: return .references(try open.references(), shape: open.shape)
      case .sequence(.string(let length?)): return .strings(try open.sequences(length), shape: open.shape)
      default: return .other(open.type.words)
      }
    }
  }
}

/// An attribute while it is read; the lock is held throughout its life.
private final class OpenAttribute {
  let node: H5Node
  let name: String
  let handle: Handle
  let stored: Handle
  let type: H5Type
  let isNull: Bool
  let shape: [Int]

  init(_ node: H5Node, _ name: String) throws {
    self.node = node
    self.name = name
    handle = try Handle(
      H5Aopen(node.id, name, hid_t(H5P_DEFAULT)), "open attribute “\(name)”", at: node.place)
    stored = try Handle(H5Aget_type(handle.id), "read the type of attribute “\(name)”", at: node.place)
    let space = try Handle(H5Aget_space(handle.id), "read the shape of attribute “\(name)”", at: node.place)
    type = H5Type(of: stored.id)
    (isNull, shape, _) = try extent(of: space.id, at: node.place)
    let (bytes, overflow) = product(shape).multipliedReportingOverflow(
      by: max(Int(H5Tget_size(stored.id)), 8))
    guard !overflow, bytes <= min(H5Attributes.byteLimit, node.file.memoryLimit) else {
      throw Problem("attribute “\(name)” declares more than \(H5Attributes.byteLimit) bytes", at: node.place)
    }
  }

  var count: Int { isNull ? 0 : product(shape) }

  func fill(_ type: hid_t, _ buffer: UnsafeMutableRawPointer) throws {
    try checked(H5Aread(handle.id, type, buffer), "read attribute “\(name)”", at: node.place)
  }

  func numbers<T: H5Scalar>(_: T.Type = T.self) throws -> [T] {
    guard count > 0 else { return [] }
    // Attributes have no transfer list to check ranges with, so the widest type of the kind is read first.
    switch type {
    case .float: return try narrowed(try raw(Double.self))
    case .integer(8, signed: false): return try narrowed(try raw(UInt64.self))
    default: return try narrowed(try raw(Int64.self))
    }
  }

  private func raw<T: H5Scalar>(_: T.Type) throws -> [T] {
    try Array(unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress { try fill(T.element.native, base) }
      filled = count
    }
  }

  private func narrowed<Wide: H5Scalar & Numeric, T: H5Scalar>(_ values: [Wide]) throws -> [T] {
    if let same = values as? [T] { return same }
    return try values.map { value in
      guard let fits: T = exactly(value) else {
        throw Problem(
          "attribute “\(name)” holds \(value), which \(T.element.rawValue) cannot hold", at: node.place)
      }
      return fits
    }
  }

  func strings(_ length: Int?) throws -> [String] {
    guard count > 0 else { return [] }
    return try stringElements(stored.id, length, count, at: node.place) { type, buffer in
      try fill(type, buffer)
    }
  }

  func references() throws -> [String] {
    guard count > 0 else { return [] }
    var addresses = [hobj_ref_t](repeating: 0, count: count)
    try addresses.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress { try fill(engram_h5t_reference(), base) }
    }
    return addresses.map { referencedPath($0, in: node) }
  }

  /// Sequences of fixed-length characters, joined: how MATLAB lists the fields of a struct.
  func sequences(_ length: Int) throws -> [String] {
    guard count > 0 else { return [] }
    var parts = [hvl_t](repeating: hvl_t(), count: count)
    let space = try Handle(H5Screate_simple(1, [hsize_t(count)], nil), "prepare to read", at: node.place)
    return try parts.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return [] }
      defer { _ = engram_reclaim(stored.id, space.id, base) }
      try fill(stored.id, base)
      return buffer.bindMemory(to: hvl_t.self).map { part in
        text(UnsafeRawBufferPointer(start: part.p, count: part.p == nil ? 0 : part.len * length))
      }
    }
  }
}

/// `value` as `T` when `T` can hold it: integers exactly, floats rounded to the nearest.
private func exactly<Wide: H5Scalar & Numeric, T: H5Scalar>(_ value: Wide) -> T? {
  func asInteger<I: FixedWidthInteger>(_: I.Type) -> I? {
    switch value {
    case let value as Double: I(exactly: value)
    case let value as UInt64: I(exactly: value)
    case let value as Int64: I(exactly: value)
    default: nil
    }
  }
  func asDouble() -> Double? {
    switch value {
    case let value as Double: value
    case let value as UInt64: Double(value)
    case let value as Int64: Double(value)
    default: nil
    }
  }
  if let kind = T.self as? any FixedWidthInteger.Type { return asInteger(kind) as? T }
  guard let double = asDouble() else { return nil }
  if T.element == .float32 {
    let narrow = Float(double)
    return narrow.isFinite || !double.isFinite ? narrow as? T : nil
  }
  return double as? T
}

/// The name of each value, or the number where the enumeration has none.
func enumerationNames(_ values: [Int64], _ members: [H5Type.Member]) -> [String] {
  let names = Dictionary(members.map { ($0.value, $0.name) }) { first, _ in first }
  return values.map { names[$0] ?? "\($0)" }
}

/// The path of the object `address` refers to; empty when it leads nowhere. The lock is held.
func referencedPath(_ address: hobj_ref_t, in node: H5Node) -> String {
  var address = address
  guard address != 0 else { return "" }
  let object = H5Rdereference2(node.id, hid_t(H5P_DEFAULT), H5R_OBJECT, &address)
  guard object >= 0 else {
    _ = libraryReasons()
    return ""
  }
  defer { H5Oclose(object) }
  let length = H5Iget_name(object, nil, 0)
  guard length > 0 else { return "" }
  var name = [CChar](repeating: 0, count: length + 1)
  H5Iget_name(object, &name, name.count)
  return text(name.dropLast().map { UInt8(bitPattern: $0) })
}
