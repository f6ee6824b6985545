internal import CHDF5
import EngramKit

/// What an attribute holds, whatever its stored kind.
public enum H5Value: Sendable, Equatable {
  case integers([Int64], shape: [Int])
  /// Unsigned values beyond the range of `Int64`.
  case unsigned([UInt64], shape: [Int])
  case floats([Double], shape: [Int])
  case strings([String], shape: [Int])
  /// Names where an enumeration gives one, else the number.
  case names([String], shape: [Int])
  /// Paths of the objects referred to; empty where a reference leads nowhere.
  case references([String], shape: [Int])
  /// A null dataspace, with its type in words.
  case empty(String)
  /// A type with no simpler form, in words.
  case other(String)
}

/// Collects the names of attributes while libhdf5 walks them.
private final class NameList {
  var names: [String] = []
}

/// The attributes of a group or dataset.
public struct H5Attributes: Sendable {
  let node: H5Node
  /// More bytes than this in one attribute are refused; HDF5 itself warns beyond 64 KiB.
  static let byteLimit = 1 << 28
  /// More attributes than this on one object are refused.
  static let countLimit = 65_536

  init(_ node: H5Node) { self.node = node }

  var place: String { node.place }

  /// The names, sorted.
  public func names() throws -> [String] {
    try hdf5 {
      var info = H5O_info_t()
      try checked(engram_object_info(node.id, &info), "look at the object", at: place)
      guard info.num_attrs <= H5Attributes.countLimit else {
        throw Problem(
          "declares \(info.num_attrs) attributes, more than \(H5Attributes.countLimit)", at: place,
          fix: "keep many values in a dataset")
      }
      let list = NameList()
      let status = engram_attributes(
        node.id,
        { _, name, _, context in
          guard let name, let context else { return -1 }
          let list = Unmanaged<NameList>.fromOpaque(context).takeUnretainedValue()
          list.names.append(text(UnsafeRawBufferPointer(start: name, count: strlen(name))))
          return 0
        }, Unmanaged.passUnretained(list).toOpaque())
      try checked(status, "list the attributes", at: place)
      return list.names
    }
  }

  /// Whether there is an attribute `name`.
  public func contains(_ name: String) -> Bool { hdf5 { H5Aexists(node.id, name) > 0 } }

  /// One integer; nil when the attribute is absent.
  ///
  /// - Throws: `Problem` when it holds anything else.
  public func int(_ name: String) throws -> Int? {
    try ints(name).map { try one($0, name) }
  }

  /// One number; nil when the attribute is absent.
  public func double(_ name: String) throws -> Double? {
    try doubles(name).map { try one($0, name) }
  }

  /// One string, or the name of one enumeration value; nil when the attribute is absent.
  public func string(_ name: String) throws -> String? {
    try strings(name).map { try one($0, name) }
  }

  /// Integers, row-major; nil when the attribute is absent.
  public func ints(_ name: String) throws -> [Int]? {
    guard contains(name) else { return nil }
    return try read(name, Int64.self).map { Int($0) }
  }

  /// Numbers, row-major; nil when the attribute is absent.
  public func doubles(_ name: String) throws -> [Double]? {
    guard contains(name) else { return nil }
    return try read(name, Double.self)
  }

  /// Strings or enumeration names, row-major; nil when the attribute is absent.
  public func strings(_ name: String) throws -> [String]? {
    guard contains(name) else { return nil }
    switch try value(name) {
    case .strings(let all, _), .names(let all, _), .references(let all, _): return all
    case .empty: return []
    case .integers, .unsigned, .floats, .other: throw wrongKind(name, "text")
    }
  }

  private func one<T>(_ values: [T], _ name: String) throws -> T {
    guard values.count == 1 else {
      throw Problem("attribute “\(name)” holds \(values.count) values where one is expected", at: place)
    }
    return values[0]
  }

  func wrongKind(_ name: String, _ wanted: String) -> Problem {
    Problem("attribute “\(name)” does not hold \(wanted)", at: place)
  }
}
