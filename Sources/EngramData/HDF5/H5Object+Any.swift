internal import CHDF5
import EngramKit

/// A datatype stored under a name.
public struct H5NamedType: H5Object {
  let node: H5Node

  public var path: String { node.path }
  public var place: String { node.place }
  public var attributes: H5Attributes { H5Attributes(node) }
}

extension H5Group {
  /// The object at `name`, whatever it is: an `H5Group`, `H5Dataset` or `H5NamedType`.
  ///
  /// - Throws: `Problem` when it cannot be opened or lies behind an external link.
  public func object(_ name: String) throws -> any H5Object {
    let node = try H5Node(node.file, node.child(name))
    switch hdf5({ H5Iget_type(node.id) }) {
    case H5I_GROUP, H5I_FILE: return try H5Group(node)
    case H5I_DATASET: return try H5Dataset(node)
    default: return H5NamedType(node: node)
    }
  }
}

extension H5Object {
  /// Where the object lies in the file: equal for two names of one object.
  var address: haddr_t {
    get throws {
      try hdf5 {
        var info = H5O_info_t()
        try checked(engram_object_info(attributes.node.id, &info), "look at the object", at: place)
        return info.addr
      }
    }
  }
}

extension H5Attributes {
  /// Every attribute by name, sorted.
  public func all() throws -> [(name: String, value: H5Value)] {
    try names().map { ($0, try value($0)) }
  }

  /// The text of `units` (SONATA, Engram) or `unit` (NWB); nil where there is neither or it is no single text.
  public func unitText() throws -> String? {
    for name in ["units", "unit"] where contains(name) {
      switch try value(name) {
      case .strings(let texts, _), .names(let texts, _): return texts.count == 1 ? texts[0] : nil
      default: continue
      }
    }
    return nil
  }
}
