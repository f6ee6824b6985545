internal import CHDF5
import EngramKit
import Foundation

extension H5Dataset {
  /// All elements in row-major order, converted to `T`.
  ///
  /// - Returns: `count` values; none for a null or zero-length dataset.
  /// - Throws: `Problem`: not numeric, a value beyond `T`'s range or a fraction on the way to an integer, a filter
  ///   that is missing, a size beyond the memory limit, damaged chunks.
  public func read<T: H5Scalar>(_ type: T.Type = T.self) throws -> [T] {
    try readSelection(count, nil)
  }

  /// The slab `[start, start + count)`, row-major.
  public func read<T: H5Scalar>(_ type: T.Type = T.self, start: [Int], count: [Int]) throws -> [T] {
    let elements = try checkSlab(start, count)
    return try readSelection(elements) { () throws -> Handle in try slab(start, count) }
  }

  /// Rows `[rows.lowerBound, rows.upperBound)` of the first dimension, row-major.
  public func read<T: H5Scalar>(_ type: T.Type = T.self, rows: Range<Int>) throws -> [T] {
    guard let first = shape.first else { throw Problem("is a scalar and has no rows", at: place) }
    if isNull || (rows == 0..<first) { return try rows.isEmpty ? [] : read(type) }
    return try read(
      type, start: [rows.lowerBound] + shape.dropFirst().map { _ in 0 },
      count: [rows.count] + shape.dropFirst())
  }

  /// The only element.
  ///
  /// - Throws: `Problem` when there is not exactly one.
  public func readScalar<T: H5Scalar>(_ type: T.Type = T.self) throws -> T {
    guard count == 1, let value = try read(type).first else {
      throw Problem("holds \(count) elements where one is expected", at: place)
    }
    return value
  }

  /// Reads `elements` values of the selection that `select` makes, all of them when it is nil.
  private func readSelection<T: H5Scalar>(_ elements: Int, _ select: (() throws -> Handle)?) throws -> [T] {
    guard type.isNumeric else {
      throw Problem("holds \(type.words), not numbers", at: place)
    }
    guard !isNull, elements > 0 else { return [] }
    try guardRead(elements, bytesEach: MemoryLayout<T>.stride)
    return try hdf5 {
      DamageGuard.allow(bytes: elements * MemoryLayout<T>.stride)
      let transfer = try Handle(H5Pcreate(engram_h5p_dataset_transfer()), "prepare to read", at: place)
      let memory = try memorySpace(elements)
      let selection = try select?() ?? memorySpace(elements)
      var conversion = engram_conversion()
      return try Array(unsafeUninitializedCapacity: elements) { buffer, filled in
        wantLargePages(UnsafeMutableRawBufferPointer(buffer))
        try withUnsafeMutablePointer(to: &conversion) { state in
          try checked(engram_check_conversion(transfer.id, state), "prepare to read", at: place)
          let all = hid_t(H5S_ALL)
          let status = H5Dread(
            node.id, T.element.native, select == nil ? all : memory.id, select == nil ? all : selection.id,
            transfer.id, buffer.baseAddress)
          guard status >= 0 else { throw readProblem(state.pointee.kind, T.element) }
        }
        filled = elements
      }
    }
  }

  /// Why a read failed: a value that does not fit, or the library's reason.
  func readProblem(_ kind: CInt, _ element: H5Element) -> Problem {
    let because: String? =
      switch kind {
      case -1: nil
      case CInt(H5T_CONV_EXCEPT_RANGE_HI.rawValue): "a value above the range of \(element.rawValue)"
      case CInt(H5T_CONV_EXCEPT_RANGE_LOW.rawValue): "a value below the range of \(element.rawValue)"
      case CInt(H5T_CONV_EXCEPT_TRUNCATE.rawValue): "a fraction where \(element.rawValue) is wanted"
      default: "a value that is not finite where \(element.rawValue) is wanted"
      }
    guard let because else { return libraryProblem("read the elements", at: place) }
    _ = libraryReasons()
    return Problem(
      "holds \(because)", at: place, fix: "the file is damaged, or holds something else than its names say")
  }

  /// Elements of the slab, after checking that it lies inside.
  func checkSlab(_ start: [Int], _ count: [Int]) throws -> Int {
    let fits =
      start.count == shape.count && count.count == shape.count
      && zip(zip(start, count), shape).allSatisfy { part, extent in
        part.0 >= 0 && part.1 >= 0 && part.0 <= extent && part.1 <= extent - part.0
      }
    guard fits else {
      throw Problem("slab at \(start) of \(count) lies outside the shape \(shape)", at: place)
    }
    return product(count)
  }

  /// The dataset's space with the slab selected; the lock is held.
  func slab(_ start: [Int], _ count: [Int]) throws -> Handle {
    let space = try Handle(H5Dget_space(node.id), "read the shape", at: place)
    let status = H5Sselect_hyperslab(
      space.id, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, count.map { hsize_t($0) }, nil)
    try checked(status, "select the slab", at: place)
    return space
  }

  /// A flat space of `elements` in memory; the lock is held.
  func memorySpace(_ elements: Int) throws -> Handle {
    try Handle(H5Screate_simple(1, [hsize_t(elements)], nil), "prepare to read", at: place)
  }
}

/// Asks for large pages under a buffer of many megabytes, as NumPy does: each fresh small page costs a fault, which
/// took more time than the copy out of the page cache. Advice only, so a refusal is no matter.
func wantLargePages(_ buffer: UnsafeMutableRawBufferPointer) {
  let page = 1 << 12
  guard buffer.count >= 1 << 22, let base = buffer.baseAddress else { return }
  let from = (UInt(bitPattern: base) + UInt(page - 1)) & ~UInt(page - 1)
  let skipped = Int(from - UInt(bitPattern: base))
  madvise(base + skipped, (buffer.count - skipped) / page * page, MADV_HUGEPAGE)
}
