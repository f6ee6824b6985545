internal import CHDF5
import EngramKit

extension H5Dataset {
  /// The names of an enumeration's values, row-major; the number where it has no name.
  ///
  /// - Throws: `Problem` when the elements are no enumeration.
  public func readNames() throws -> [String] {
    guard case .enumeration(let members) = type else {
      throw Problem("holds \(type.words), not an enumeration", at: place)
    }
    return enumerationNames(try read(Int64.self), members)
  }

  /// Truth values: integers (0 is false), h5py's enumeration FALSE/TRUE, MATLAB's logical.
  public func readBools() throws -> [Bool] { try read(Int64.self).map { $0 != 0 } }
}

extension H5Group {
  /// Creates a dataset of an enumeration over uint8 whose names count from 0.
  ///
  /// - Parameters:
  ///   - codes: Row-major indices into `names`.
  ///   - shape: Extents; nil for one dimension.
  /// - Throws: `Problem` when a code has no name.
  @discardableResult
  public func write(
    _ name: String, codes: [UInt8], of names: [String], shape: [Int]? = nil, storage: H5Storage = .contiguous
  ) throws -> H5Dataset {
    try writeEnumeration(name, codes, names, over: .uint8, shape, storage)
  }

  /// Creates a dataset of truth values the way h5py does: an enumeration FALSE=0, TRUE=1 over int8.
  @discardableResult
  public func write(_ name: String, bools: [Bool], shape: [Int]? = nil) throws -> H5Dataset {
    try writeEnumeration(name, bools.map { $0 ? 1 : 0 }, ["FALSE", "TRUE"], over: .int8, shape, .contiguous)
  }

  private func writeEnumeration(
    _ name: String, _ codes: [UInt8], _ names: [String], over base: H5Element, _ shape: [Int]?,
    _ storage: H5Storage
  ) throws -> H5Dataset {
    let place = node.file.place(node.child(name))
    if let code = codes.first(where: { $0 >= names.count }) {
      throw Problem("code \(code) has no name among \(names.count)", at: place)
    }
    return try hdf5 {
      let type = try enumerationType(names, over: base, at: place)
      let dataset = try create(name, shape: shape ?? [codes.count], maxShape: nil, storage: storage) { _ in
        type.id
      }
      try dataset.writeRaw(codes, type.id)
      return dataset
    }
  }
}

extension H5Dataset {
  /// Writes all elements as they are in memory, of the type `type`; the lock is held.
  func writeRaw<T: BitwiseCopyable>(_ values: [T], _ type: hid_t) throws {
    guard values.count == count else {
      throw Problem("\(values.count) values do not fill the shape \(shape)", at: place)
    }
    guard !values.isEmpty else { return }
    let status = H5Dwrite(node.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), values)
    try checked(status, "write the elements", at: place)
  }

  /// Reads all elements of `type` in memory without conversion of values; the lock is held.
  func readRaw<T: BitwiseCopyable>(_ type: hid_t, _ each: Int, _ empty: T) throws -> [T] {
    guard !isNull, count > 0 else { return [] }
    try guardRead(count, bytesEach: max(each, MemoryLayout<T>.stride))
    var values = [T](repeating: empty, count: count * each / MemoryLayout<T>.stride)
    let status = values.withUnsafeMutableBytes {
      H5Dread(node.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), $0.baseAddress)
    }
    try checked(status, "read the elements", at: place)
    return values
  }
}
