internal import CHDF5
import EngramKit

extension H5Dataset {
  /// The paths of the objects referred to, row-major; empty where a reference leads nowhere.
  public func readReferences() throws -> [String] {
    guard type == .reference else { throw Problem("holds \(type.words), not object references", at: place) }
    return try hdf5 {
      try readRaw(engram_h5t_reference(), MemoryLayout<hobj_ref_t>.size, hobj_ref_t(0)).map {
        referencedPath($0, in: node)
      }
    }
  }
}

extension H5Group {
  /// Creates a dataset of references to the objects at `paths`, relative to this group or absolute.
  @discardableResult
  public func write(_ name: String, referencesTo paths: [String], shape: [Int]? = nil) throws -> H5Dataset {
    try hdf5 {
      let addresses = try paths.map { try makeReference(to: $0, in: node) }
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
