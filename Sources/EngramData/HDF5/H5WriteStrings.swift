internal import CHDF5
import EngramKit

/// How strings are stored.
public enum H5StringKind: Sendable, Equatable {
  /// Variable-length UTF-8: NWB, AnnData, Engram.
  case variable
  /// Fixed-length ASCII, null-padded, as long as the longest: MATLAB's class attributes.
  case fixed
}

extension H5Group {
  /// Creates a dataset of strings.
  ///
  /// - Parameter shape: Extents; nil for one dimension, `[]` for a scalar.
  @discardableResult
  public func write(
    _ name: String, strings: [String], shape: [Int]? = nil, maxShape: [Int?]? = nil,
    storage: H5Storage = .contiguous, as kind: H5StringKind = .variable
  ) throws -> H5Dataset {
    let shape = shape ?? [strings.count]
    let place = node.file.place(node.child(name))
    guard product(shape) == strings.count else {
      throw Problem("\(strings.count) strings do not fill the shape \(shape)", at: place)
    }
    return try hdf5 {
      let type = try stringType(kind, strings, at: place)
      let dataset = try create(name, shape: shape, maxShape: maxShape, storage: storage) { _ in type.id }
      try dataset.write(strings, kind, type.id)
      return dataset
    }
  }

  /// Creates a scalar string dataset.
  @discardableResult
  public func write(_ name: String, string: String, as kind: H5StringKind = .variable) throws -> H5Dataset {
    try write(name, strings: [string], shape: [], as: kind)
  }
}

extension H5Dataset {
  /// Adds variable-length strings at the end of a one-dimensional dataset.
  public mutating func append(strings: [String]) throws {
    guard type == .string(length: nil), shape.count == 1 else {
      throw Problem("is no list of variable-length strings", at: place)
    }
    let old = shape[0]
    try extend(to: old + strings.count)
    try hdf5 {
      let type = try Handle(H5Dget_type(node.id), "read the element type", at: place)
      guard !strings.isEmpty else { return }
      let space = try slab([old], [strings.count])
      let memory = try memorySpace(strings.count)
      try withStringElements(strings, .variable, type.id) { buffer in
        let status = H5Dwrite(node.id, type.id, memory.id, space.id, hid_t(H5P_DEFAULT), buffer)
        try checked(status, "write the strings", at: place)
      }
    }
  }

  fileprivate func write(_ strings: [String], _ kind: H5StringKind, _ type: hid_t) throws {
    guard !strings.isEmpty else { return }
    try withStringElements(strings, kind, type) { buffer in
      let status = H5Dwrite(node.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
      try checked(status, "write the strings", at: place)
    }
  }
}

/// A string type for `strings`; the lock is held.
func stringType(_ kind: H5StringKind, _ strings: [String], at place: String) throws -> Handle {
  let type = try Handle(H5Tcopy(engram_h5t_c_s1()), "prepare the strings", at: place)
  switch kind {
  case .variable:
    try checked(H5Tset_size(type.id, engram_h5t_variable()), "prepare the strings", at: place)
    try checked(H5Tset_cset(type.id, H5T_CSET_UTF8), "prepare the strings", at: place)
  case .fixed:
    let length = max(1, strings.map(\.utf8.count).max() ?? 1)
    try checked(H5Tset_size(type.id, length), "prepare the strings", at: place)
    try checked(H5Tset_strpad(type.id, H5T_STR_NULLPAD), "prepare the strings", at: place)
    if !strings.allSatisfy({ $0.utf8.allSatisfy { $0 < 128 } }) {
      try checked(H5Tset_cset(type.id, H5T_CSET_UTF8), "prepare the strings", at: place)
    }
  }
  return type
}

/// Calls `body` with `strings` laid out as elements of `type`.
func withStringElements(
  _ strings: [String], _ kind: H5StringKind, _ type: hid_t, _ body: (UnsafeRawPointer) throws -> Void
) throws {
  // One block holds all bytes, each string with its NUL; pointers into it where the length is variable.
  let width = Int(H5Tget_size(type))
  var block: [UInt8] = []
  var starts: [Int] = []
  for string in strings {
    starts.append(block.count)
    block.append(contentsOf: string.utf8)
    let padding = kind == .variable ? 1 : width - string.utf8.count
    block.append(contentsOf: repeatElement(0, count: padding))
  }
  try block.withUnsafeBytes { bytes in
    guard let base = bytes.baseAddress else { return }
    guard kind == .variable else { return try body(base) }
    let pointers = starts.map { base + $0 }
    try pointers.withUnsafeBytes { if let first = $0.baseAddress { try body(first) } }
  }
}
