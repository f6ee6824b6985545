internal import CHDF5
import EngramKit

extension H5Attributes {
  /// Sets a scalar string attribute, replacing any of that name.
  public func set(_ name: String, _ value: String, as kind: H5StringKind = .variable) throws {
    try set(name, strings: [value], shape: [], kind)
  }

  /// Sets a list of strings.
  public func set(_ name: String, _ values: [String], as kind: H5StringKind = .variable) throws {
    try set(name, strings: values, shape: [values.count], kind)
  }

  /// Sets one number, stored as the type it has.
  public func set<T: H5Scalar>(_ name: String, _ value: T) throws {
    try set(name, numbers: [value], shape: [])
  }

  /// Sets a list of numbers, stored as the type they have.
  public func set<T: H5Scalar>(_ name: String, _ values: [T]) throws {
    try set(name, numbers: values, shape: [values.count])
  }

  /// Sets a truth value the way h5py does: an enumeration FALSE=0, TRUE=1 over int8.
  public func set(_ name: String, _ value: Bool) throws {
    try set(name, enumeration: ["FALSE", "TRUE"], over: .int8, value: value ? 1 : 0)
  }

  /// Sets one value of an enumeration whose names count from 0, over uint8.
  public func set(_ name: String, _ value: String, of names: [String]) throws {
    guard let index = names.firstIndex(of: value) else {
      throw Problem("“\(value)” is none of \(names.joined(separator: ", "))", at: place)
    }
    try set(name, enumeration: names, over: .uint8, value: UInt8(clamping: index))
  }

  /// Sets a reference to the object at `path`.
  public func set(_ name: String, referenceTo path: String) throws {
    try hdf5 {
      var address = try makeReference(to: path, in: node)
      try create(name, engram_h5t_reference(), shape: []) { attribute in
        H5Awrite(attribute, engram_h5t_reference(), &address)
      }
    }
  }

  /// Removes attribute `name` if it is there.
  public func remove(_ name: String) throws {
    try hdf5 {
      guard contains(name) else { return }
      try checked(H5Adelete(node.id, name), "remove attribute “\(name)”", at: place)
    }
  }

  private func set(_ name: String, strings: [String], shape: [Int], _ kind: H5StringKind) throws {
    try hdf5 {
      let type = try stringType(kind, strings, at: place)
      try create(name, type.id, shape: shape) { attribute in
        var status: herr_t = 0
        try withStringElements(strings, kind, type.id) { status = H5Awrite(attribute, type.id, $0) }
        return status
      }
    }
  }

  private func set<T: H5Scalar>(_ name: String, numbers: [T], shape: [Int]) throws {
    try hdf5 {
      try create(name, T.element.native, shape: shape) { attribute in
        numbers.isEmpty ? 0 : H5Awrite(attribute, T.element.native, numbers)
      }
    }
  }

  private func set(_ name: String, enumeration names: [String], over base: H5Element, value: UInt8) throws {
    try hdf5 {
      let type = try enumerationType(names, over: base, at: place)
      var byte = value
      try create(name, type.id, shape: []) { attribute in H5Awrite(attribute, type.id, &byte) }
    }
  }

  private func create(_ name: String, _ type: hid_t, shape: [Int], _ write: (hid_t) throws -> herr_t) throws {
    try remove(name)
    let space = try Handle(
      shape.isEmpty
        ? H5Screate(H5S_SCALAR) : H5Screate_simple(CInt(shape.count), shape.map { hsize_t($0) }, nil),
      "set the shape of attribute “\(name)”", at: place)
    let attribute = try Handle(
      H5Acreate2(node.id, name, type, space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)),
      "create attribute “\(name)”", at: place)
    try checked(try write(attribute.id), "write attribute “\(name)”", at: place)
  }
}

/// An enumeration whose `names` count from 0, over one byte; the lock is held.
func enumerationType(_ names: [String], over base: H5Element, at place: String) throws -> Handle {
  guard names.count <= 128 else {
    throw Problem("an enumeration of \(names.count) names exceeds 128", at: place)
  }
  let type = try Handle(H5Tenum_create(base.native), "create the enumeration", at: place)
  for (index, name) in names.enumerated() {
    var value = UInt8(index)
    try checked(H5Tenum_insert(type.id, name, &value), "add “\(name)” to the enumeration", at: place)
  }
  return type
}

/// A reference to the object at `path`, relative to `node` or absolute; the lock is held.
func makeReference(to path: String, in node: H5Node) throws -> hobj_ref_t {
  var address: hobj_ref_t = 0
  let target = node.child(path)
  let status = H5Rcreate(&address, node.file.handle.id, target, H5R_OBJECT, -1)
  try checked(status, "refer to “\(target)”", at: node.place)
  return address
}
