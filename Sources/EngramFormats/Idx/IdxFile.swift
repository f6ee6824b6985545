import EngramKit
import Foundation

/// An array in the IDX format, in which MNIST and its relatives are distributed.
///
/// Layout: two zero bytes, a code for the element type, the number of axes, each axis' length as a big-endian 32-bit number, then
/// the elements, big-endian, the last axis fastest. Source: LeCun, Cortes & Burges, THE MNIST DATABASE.
public struct IdxFile: Sendable, Equatable {
  /// The types an element can have; the raw value is the code in the file.
  public enum Element: UInt8, Sendable, CaseIterable {
    case unsignedByte = 0x08
    case signedByte = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    /// Bytes of one element.
    public var size: Int {
      switch self {
      case .unsignedByte, .signedByte: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  public let element: Element
  /// The elements as float64, which holds every one exactly; shape as in the file.
  public let values: Tensor<Double>

  /// Reads an uncompressed IDX file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - rows: Which rows (first axis) to read; nil for all.
  /// - Throws: `Problem` with the place: not there, compressed, no IDX file, shorter or longer than its head says, or fewer rows than
  ///   asked for.
  public init(reading path: String, rows: Range<Int>? = nil) throws {
    let handle = try Self.open(path)
    let head = try IdxHead(handle, path)
    let rows = rows ?? 0..<head.shape[0]
    guard rows.lowerBound >= 0, rows.upperBound <= head.shape[0] else {
      throw Problem(
        "has \(head.shape[0]) rows, rows \(rows.lowerBound) to \(rows.upperBound - 1) were asked for",
        at: path)
    }
    element = head.element
    let rowLength = head.shape.dropFirst().reduce(1, *)
    try handle.seek(toOffset: UInt64(head.size + rows.lowerBound * rowLength * element.size))
    let wanted = rows.count * rowLength * element.size
    let bytes = wanted == 0 ? [] : [UInt8](try handle.read(upToCount: wanted) ?? Data())
    guard bytes.count == wanted else {
      throw Problem(
        "ended after \(bytes.count) of \(wanted) bytes", at: path, fix: "copy it again from its source")
    }
    values = Tensor(Self.numbers(bytes, element), shape: [rows.count] + head.shape.dropFirst())
  }

  /// Type and shape that the file at `path` states, and that its length bears out.
  ///
  /// - Throws: `Problem`: not there, compressed, no IDX file, shorter or longer than its head says.
  public static func head(of path: String) throws -> (element: Element, shape: [Int]) {
    let head = try IdxHead(try open(path), path)
    return (head.element, head.shape)
  }

  private static func open(_ path: String) throws -> FileHandle {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw Problem("cannot open the file", at: path, fix: "check the name and that it can be read")
    }
    return handle
  }

  private static func numbers(_ bytes: [UInt8], _ element: Element) -> [Double] {
    switch element {
    case .unsignedByte: bytes.map(Double.init)
    case .signedByte: bytes.map { Double(Int8(bitPattern: $0)) }
    case .int16: words(bytes, 2) { Double(Int16(truncatingIfNeeded: $0)) }
    case .int32: words(bytes, 4) { Double(Int32(truncatingIfNeeded: $0)) }
    case .float32: words(bytes, 4) { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
    case .float64: words(bytes, 8) { Double(bitPattern: $0) }
    }
  }

  /// Big-endian words of `size` bytes, each through `make`.
  private static func words(_ bytes: [UInt8], _ size: Int, _ make: (UInt64) -> Double) -> [Double] {
    stride(from: 0, to: bytes.count, by: size).map { start in
      make(bytes[start..<start + size].reduce(0) { $0 << 8 | UInt64($1) })
    }
  }
}

/// What stands before the elements.
private struct IdxHead {
  let element: IdxFile.Element
  let shape: [Int]
  /// Bytes before the first element.
  let size: Int

  init(_ handle: FileHandle, _ path: String) throws {
    let first = [UInt8](try handle.read(upToCount: 4) ?? Data())
    if first.starts(with: [0x1F, 0x8B]) {
      throw Problem("is compressed by gzip", at: path, fix: "unpack it first: gunzip --keep \(path)")
    }
    guard first.count == 4, first[0] == 0, first[1] == 0, let element = IdxFile.Element(rawValue: first[2]),
      first[3] > 0
    else {
      let found = first.map { String($0, radix: 16) }.joined(separator: " ")
      throw Problem(
        "is no IDX file: it starts with bytes \(found), not with 0 0, a type code and the number of axes",
        at: path)
    }
    let axes = Int(first[3])
    let lengths = [UInt8](try handle.read(upToCount: 4 * axes) ?? Data())
    guard lengths.count == 4 * axes else { throw Problem("ends within its head", at: path) }
    self.element = element
    shape = stride(from: 0, to: lengths.count, by: 4).map { place in
      lengths[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    size = 4 + lengths.count
    var bytes = element.size
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw Problem("claims the shape \(shape), more than can be addressed", at: path)
      }
      bytes = product
    }
    let there = try handle.seekToEnd()
    guard there == UInt64(size + bytes) else {
      throw Problem(
        "has \(there) bytes; its shape \(shape) needs \(size + bytes)", at: path,
        fix: "copy it again from its source")
    }
  }
}
