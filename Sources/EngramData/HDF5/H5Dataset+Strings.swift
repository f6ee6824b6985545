internal import CHDF5
import EngramKit

extension H5Dataset {
  /// All strings in row-major order, whatever their kind: fixed length (padding removed) or variable, UTF-8 or,
  /// where the bytes are not valid UTF-8, Latin-1.
  ///
  /// - Throws: `Problem`: not strings, too large, damaged.
  public func readStrings() throws -> [String] { try readStrings(rows: 0..<(shape.first ?? 1)) }

  /// The strings of rows `rows` of the first dimension.
  public func readStrings(rows: Range<Int>) throws -> [String] {
    guard case .string(let length) = type else {
      throw Problem("holds \(type.words), not strings", at: place)
    }
    let (elements, whole) = try rowSelection(rows)
    guard elements > 0 else { return [] }
    try guardRead(elements, bytesEach: max(length ?? 0, 16))
    return try hdf5 {
      DamageGuard.allow(bytes: elements * max(length ?? 0, 16))
      let stored = try Handle(H5Dget_type(node.id), "read the element type", at: place)
      let space = try whole ? memorySpace(elements) : rowSlab(rows)
      return try stringElements(stored.id, length, elements, at: place) { memoryType, buffer in
        let memory = try memorySpace(elements)
        let status =
          whole
          ? H5Dread(node.id, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
          : H5Dread(node.id, memoryType, memory.id, space.id, hid_t(H5P_DEFAULT), buffer)
        try checked(status, "read the strings", at: place)
      }
    }
  }

  /// The only string.
  public func readString() throws -> String {
    let all = try readStrings()
    guard all.count == 1 else { throw Problem("holds \(all.count) strings where one is expected", at: place) }
    return all[0]
  }

  /// Elements in `rows`, and whether those are all.
  func rowSelection(_ rows: Range<Int>) throws -> (elements: Int, whole: Bool) {
    if isNull { return (0, true) }
    if shape.isEmpty { return (1, true) }
    guard rows.lowerBound >= 0, rows.upperBound <= shape[0] else {
      throw Problem("rows \(rows) lie outside the \(shape[0]) of the shape \(shape)", at: place)
    }
    return (product([rows.count] + shape.dropFirst()), rows == 0..<shape[0])
  }

  /// The space with `rows` selected; the lock is held.
  func rowSlab(_ rows: Range<Int>) throws -> Handle {
    try slab([rows.lowerBound] + shape.dropFirst().map { _ in 0 }, [rows.count] + shape.dropFirst())
  }
}

/// Reads `elements` strings of the stored type through `read`, which fills a buffer of the memory type it is given;
/// memory of variable-length strings is given back. The lock is held.
func stringElements(
  _ stored: hid_t, _ length: Int?, _ elements: Int, at place: String,
  _ read: (hid_t, UnsafeMutableRawPointer) throws -> Void
) throws -> [String] {
  // The stored type itself serves in memory: no conversion, hence no character is lost.
  guard let length else {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: elements)
    let space = try Handle(H5Screate_simple(1, [hsize_t(elements)], nil), "prepare to read", at: place)
    return try pointers.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return [] }
      defer { _ = engram_reclaim(stored, space.id, base) }
      try read(stored, base)
      return buffer.bindMemory(to: UnsafeMutablePointer<CChar>?.self).map { pointer in
        pointer.map { text(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? ""
      }
    }
  }
  guard length > 0 else { return [String](repeating: "", count: elements) }
  let padding = H5Tget_strpad(stored)
  var bytes = [UInt8](repeating: 0, count: elements * length)
  try bytes.withUnsafeMutableBytes { buffer in
    if let base = buffer.baseAddress { try read(stored, base) }
  }
  return (0..<elements).map { index in
    let slot = bytes[index * length..<(index + 1) * length]
    let pad: UInt8 = padding == H5T_STR_SPACEPAD ? 0x20 : 0
    if padding == H5T_STR_NULLTERM { return text(slot.prefix { $0 != 0 }) }
    return text(slot.prefix(slot.lastIndex { $0 != pad && $0 != 0 }.map { $0 + 1 - slot.startIndex } ?? 0))
  }
}
