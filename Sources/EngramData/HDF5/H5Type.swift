internal import CHDF5

/// The stored type of a dataset or an attribute.
public indirect enum H5Type: Sendable, Equatable {
  case integer(bytes: Int, signed: Bool)
  case float(bytes: Int)
  /// `length` in bytes; nil for variable length.
  case string(length: Int?)
  /// Names with their values, in the file's order.
  case enumeration([Member])
  case compound([Field])
  case array(H5Type, shape: [Int])
  /// Variable-length sequence of elements.
  case sequence(H5Type)
  case reference
  case regionReference
  case opaque(bytes: Int)
  case bitfield(bytes: Int)
  case other

  /// One name of an enumeration.
  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: Int64
  }

  /// One field of a compound.
  public struct Field: Sendable, Equatable {
    public var name: String
    public var type: H5Type
  }

  /// Whether libhdf5 converts it to a number.
  public var isNumeric: Bool {
    switch self {
    case .integer, .float, .enumeration: true
    default: false
    }
  }

  /// Whether it is a string of either kind.
  public var isString: Bool { if case .string = self { true } else { false } }

  /// The type as one would say it: `float64`, `variable-length string`, `enum {exc=0, inh=1}`.
  public var words: String {
    switch self {
    case .integer(let bytes, let signed): "\(signed ? "int" : "uint")\(bytes * 8)"
    case .float(let bytes): "float\(bytes * 8)"
    case .string(let length): length.map { "string of \($0) bytes" } ?? "variable-length string"
    case .enumeration(let members):
      "enum {\(members.prefix(8).map { "\($0.name)=\($0.value)" }.joined(separator: ", "))"
        + (members.count > 8 ? ", …}" : "}")
    case .compound(let fields):
      "compound {\(fields.prefix(8).map { "\($0.name): \($0.type.words)" }.joined(separator: ", "))"
        + (fields.count > 8 ? ", …}" : "}")
    case .array(let base, let shape): "\(base.words)[\(shape.map(String.init).joined(separator: ","))]"
    case .sequence(let base): "variable-length sequence of \(base.words)"
    case .reference: "object reference"
    case .regionReference: "region reference"
    case .opaque(let bytes): "opaque of \(bytes) bytes"
    case .bitfield(let bytes): "bitfield of \(bytes) bytes"
    case .other: "unknown type"
    }
  }
}

extension H5Type {
  /// Deeper nesting than this is called unknown: no real file has it, a damaged one might.
  private static let depthLimit = 8
  /// More members than this are not listed.
  private static let memberLimit = 4096

  /// Describes the type `id`; the lock is held.
  init(of id: hid_t, depth: Int = 0) {
    let bytes = Int(H5Tget_size(id))
    guard depth < H5Type.depthLimit else {
      self = .other
      return
    }
    switch H5Tget_class(id) {
    case H5T_INTEGER: self = .integer(bytes: bytes, signed: H5Tget_sign(id) == H5T_SGN_2)
    case H5T_FLOAT: self = .float(bytes: bytes)
    case H5T_STRING: self = .string(length: H5Tis_variable_str(id) > 0 ? nil : bytes)
    case H5T_ENUM: self = .enumeration(H5Type.members(of: id))
    case H5T_COMPOUND: self = .compound(H5Type.fields(of: id, depth: depth))
    case H5T_ARRAY:
      let rank = Int(H5Tget_array_ndims(id))
      var shape = [hsize_t](repeating: 0, count: max(rank, 0))
      guard rank >= 0, H5Tget_array_dims2(id, &shape) >= 0 else {
        self = .other
        return
      }
      self = .array(H5Type.base(of: id, depth: depth), shape: shape.map { Int(clamping: $0) })
    case H5T_VLEN: self = .sequence(H5Type.base(of: id, depth: depth))
    case H5T_REFERENCE: self = bytes == MemoryLayout<hobj_ref_t>.size ? .reference : .regionReference
    case H5T_OPAQUE: self = .opaque(bytes: bytes)
    case H5T_BITFIELD: self = .bitfield(bytes: bytes)
    default: self = .other
    }
  }

  private static func base(of id: hid_t, depth: Int) -> H5Type {
    let base = H5Tget_super(id)
    guard base >= 0 else { return .other }
    defer { H5Tclose(base) }
    return H5Type(of: base, depth: depth + 1)
  }

  private static func memberName(_ id: hid_t, _ index: Int) -> String {
    guard let name = H5Tget_member_name(id, UInt32(index)) else { return "" }
    defer { H5free_memory(name) }
    return text(UnsafeRawBufferPointer(start: name, count: strlen(name)))
  }

  private static func members(of id: hid_t) -> [Member] {
    let count = min(max(Int(H5Tget_nmembers(id)), 0), memberLimit)
    let size = Int(H5Tget_size(id))
    let base = H5Tget_super(id)
    guard base >= 0, size > 0, size <= 8 else { return [] }
    defer { H5Tclose(base) }
    return (0..<count).compactMap { index in
      var raw: Int64 = 0
      guard H5Tget_member_value(id, UInt32(index), &raw) >= 0,
        H5Tconvert(base, engram_h5t_int64(), 1, &raw, nil, hid_t(H5P_DEFAULT)) >= 0
      else { return nil }
      return Member(name: memberName(id, index), value: raw)
    }
  }

  private static func fields(of id: hid_t, depth: Int) -> [Field] {
    let count = min(max(Int(H5Tget_nmembers(id)), 0), memberLimit)
    return (0..<count).map { index in
      let type = H5Tget_member_type(id, UInt32(index))
      defer { if type >= 0 { H5Tclose(type) } }
      return Field(name: memberName(id, index), type: type >= 0 ? H5Type(of: type, depth: depth + 1) : .other)
    }
  }
}

/// Bytes as text: UTF-8, or Latin-1 where they are not valid UTF-8.
func text(_ bytes: some Collection<UInt8>) -> String {
  String(validating: bytes, as: UTF8.self)
    ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}
