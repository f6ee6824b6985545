internal import CHDF5
import EngramKit

extension H5Dataset {
  /// Variable-length sequences of numbers, one per element, row-major.
  ///
  /// - Throws: `Problem`: other elements, a value that `T` cannot hold, damaged.
  public func readSequences<T: H5Scalar>(_: T.Type = T.self) throws -> [[T]] {
    guard case .sequence(let base) = type, base.isNumeric else {
      throw Problem("holds \(type.words), not sequences of numbers", at: place)
    }
    guard !isNull, count > 0 else { return [] }
    try guardRead(count, bytesEach: MemoryLayout<hvl_t>.size)
    return try hdf5 {
      let memory = try Handle(H5Tvlen_create(T.element.native), "prepare to read", at: place)
      let space = try memorySpace(count)
      let transfer = try Handle(H5Pcreate(engram_h5p_dataset_transfer()), "prepare to read", at: place)
      var parts = [hvl_t](repeating: hvl_t(), count: count)
      var conversion = engram_conversion()
      return try parts.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return [] }
        try withUnsafeMutablePointer(to: &conversion) { state in
          try checked(engram_check_conversion(transfer.id, state), "prepare to read", at: place)
          let status = H5Dread(node.id, memory.id, hid_t(H5S_ALL), hid_t(H5S_ALL), transfer.id, start)
          guard status >= 0 else { throw readProblem(state.pointee.kind, T.element) }
        }
        defer { _ = engram_reclaim(memory.id, space.id, start) }
        return buffer.bindMemory(to: hvl_t.self).map { part in
          let pointer = part.p?.assumingMemoryBound(to: T.self)
          return Array(UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : part.len))
        }
      }
    }
  }
}
