internal import CHDF5
import EngramKit

extension H5Dataset {
  /// The paths of the objects referred to, row-major; empty where a reference leads nowhere.
  public func readReferences() throws -> [String] {
    guard type == .reference else { throw Problem("holds \(type.words), not object references", at: place) }
    return try hdf5 {
      // An object's name is searched for in the whole file; many elements may refer to one object.
      var known: [hobj_ref_t: String] = [:]
      return try readRaw(engram_h5t_reference(), MemoryLayout<hobj_ref_t>.size, hobj_ref_t(0)).map {
        address in
        if let path = known[address] { return path }
        let path = referencedPath(address, in: node)
        known[address] = path
        return path
      }
    }
  }
}

extension H5Group {
  /// Creates a dataset of references to the objects at `paths`, relative to this group or absolute.
  @discardableResult
  public func write(_ name: String, referencesTo paths: [String], shape: [Int]? = nil) throws -> H5Dataset {
    try hdf5 {
      var known: [String: hobj_ref_t] = [:]
      let addresses = try paths.map { path in
        if let address = known[path] { return address }
        let address = try makeReference(to: path, in: node)
        known[path] = address
        return address
      }
      let dataset = try create(name, shape: shape ?? [paths.count], maxShape: nil, storage: .contiguous) {
        _ in
        engram_h5t_reference()
      }
      try dataset.writeRaw(addresses, engram_h5t_reference())
      return dataset
    }
  }

  /// Creates a dataset without elements or shape (h5py's `Empty`), of the given element type.
  @discardableResult
  public func writeNull(_ name: String, element: H5Element = .float64) throws -> H5Dataset {
    try create(name, shape: [], maxShape: nil, storage: .contiguous, isNull: true) { _ in element.native }
  }
}
