import EngramKit

/// The element type of a NumPy array.
public indirect enum NumpyType: Sendable, Equatable {
  public enum Kind: Character, Sendable {
    case flag = "b"
    case integer = "i"
    case unsigned = "u"
    case real = "f"
    case complex = "c"
    case bytes = "S"
    case characters = "U"
    case raw = "V"
  }

  /// `size` bytes each.
  case plain(Kind, size: Int, isBigEndian: Bool)
  /// Fields, one after the other.
  case record([Field])

  /// A field of a record.
  public struct Field: Sendable, Equatable {
    public let name: String
    public let type: NumpyType
    /// Values of `type` in the field.
    public let count: Int
  }

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .plain(_, let size, _): size
    case .record(let fields): fields.reduce(0) { $0 + $1.type.size * $1.count }
    }
  }

  /// Reads the `descr` of a head.
  ///
  /// - Throws: `Problem`: Python objects (NPY001), which only Python can and only trusting people should read; kinds
  ///   that hold no numbers.
  init(_ descr: PythonLiteral, depth: Int = 0) throws {
    switch descr {
    case .text(let text): self = try NumpyType(code: text)
    case .list(let fields):
      guard depth < 4 else { throw Problem("has records nested more than 4 deep") }
      self = .record(try fields.map { try Field($0, depth: depth) })
      guard size > 0, size < 1 << 24 else { throw Problem("has records of \(size) bytes") }
    default: throw Problem("has the element type \(descr), which NumPy does not write")
    }
  }

  private init(code: String) throws {
    var rest = Substring(code)
    let order = rest.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { rest.removeFirst() }
    guard let letter = rest.popFirst() else { throw Problem("has an element type without a name") }
    if letter == "O" {
      throw Problem(
        "NPY001 holds Python objects (dtype object), which are programs and not data",
        fix: "save numbers: np.save(name, np.asarray(values, dtype=float))")
    }
    guard let kind = Kind(rawValue: letter), let number = Int(rest.prefix { $0.isASCII && $0.isNumber }),
      number >= 0, number < 1 << 24, rest.allSatisfy({ $0.isASCII && $0.isNumber })
    else { throw Problem("has elements of type “\(code)”, which are no numbers or texts") }
    let size = kind == .characters ? 4 * number : number
    let sizes: [Int]? =
      switch kind {
      case .flag: [1]
      case .integer, .unsigned: [1, 2, 4, 8]
      case .real: [2, 4, 8]
      case .complex: [8, 16]
      default: nil
      }
    if let sizes, !sizes.contains(size) {
      throw Problem(
        "has elements of type “\(code)”, \(size) bytes wide",
        fix: "save it as float64: np.save(name, values.astype(float))")
    }
    self = .plain(kind, size: size, isBigEndian: order == ">")
  }

  /// NumPy's name of it.
  public var words: String {
    switch self {
    case .plain(let kind, let size, let isBigEndian):
      (isBigEndian && size > 1 ? ">" : "") + NumpyType.words(kind, size)
    case .record(let fields):
      "record of " + fields.map { "\($0.name): \($0.type.words)" }.joined(separator: ", ")
    }
  }

  private static func words(_ kind: Kind, _ size: Int) -> String {
    switch kind {
    case .flag: "bool"
    case .integer: "int\(8 * size)"
    case .unsigned: "uint\(8 * size)"
    case .real: "float\(8 * size)"
    case .complex: "complex\(8 * size)"
    case .bytes: "S\(size)"
    case .characters: "U\(size / 4)"
    case .raw: "V\(size)"
    }
  }

  /// Whether its elements are numbers or truth values.
  public var isNumeric: Bool {
    guard case .plain(let kind, _, _) = self else { return false }
    return [.flag, .integer, .unsigned, .real].contains(kind)
  }

  /// Whether its elements are whole numbers.
  public var isInteger: Bool {
    guard case .plain(let kind, _, _) = self else { return false }
    return kind == .integer || kind == .unsigned
  }

  /// Whether its elements are texts.
  public var isText: Bool {
    guard case .plain(let kind, _, _) = self else { return false }
    return kind == .bytes || kind == .characters
  }

  /// The type and the place in a record of field `name`.
  func field(_ name: String) -> (type: NumpyType, offset: Int)? {
    guard case .record(let fields) = self else { return nil }
    var offset = 0
    for field in fields {
      if field.name == name { return field.count == 1 ? (field.type, offset) : nil }
      offset += field.type.size * field.count
    }
    return nil
  }
}

extension NumpyType.Field {
  fileprivate init(_ literal: PythonLiteral, depth: Int) throws {
    guard case .list(let parts) = literal, parts.count == 2 || parts.count == 3 else {
      throw Problem("has a field that is not (name, type)")
    }
    // A field may be (title, name).
    switch parts[0] {
    case .text(let text): name = text
    case .list(let names):
      guard case .text(let text)? = names.last else { throw Problem("has a field without a name") }
      name = text
    default: throw Problem("has a field without a name")
    }
    type = try NumpyType(parts[1], depth: depth + 1)
    var count = 1
    if parts.count == 3 {
      let extents: [Int]
      if case .integer(let one) = parts[2] { extents = [one] } else { extents = parts[2].integers ?? [] }
      for extent in extents {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent > 0, !overflow, product < 1 << 24 else {
          throw Problem("has a field of shape \(extents)")
        }
        count = product
      }
    }
    self.count = count
  }
}
