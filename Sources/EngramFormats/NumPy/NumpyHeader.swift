import EngramKit

/// What a `.npy` file says before its elements (NumPy enhancement proposal 1, versions 1 to 3).
public struct NumpyHeader: Sendable, Equatable {
  public let type: NumpyType
  /// Whether the first axis varies fastest.
  public let isFortran: Bool
  public let shape: [Int]
  /// Bytes of the head.
  public let length: Int

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let longest = 1 << 20
  private static let again = "copy the file again from its source"

  /// Reads the head of a stream, which then stands at the first element.
  ///
  /// - Throws: `Problem`: no NumPy file, a type that is no number, a shape that the stream's size belies.
  init(_ stream: any ByteStream) throws {
    do { try self.init(reading: stream) } catch { throw problem(error, at: stream.place) }
  }

  private init(reading stream: any ByteStream) throws {
    let start = try stream.bytes(8)
    guard start.starts(with: NumpyHeader.signature) else {
      throw Problem("has no signature of a NumPy array")
    }
    guard (1...3).contains(start[6]) else {
      throw Problem("is written in version \(start[6]).\(start[7]) of the format; 1, 2 and 3 are known")
    }
    let width = start[6] == 1 ? 2 : 4
    let textLength = try stream.bytes(width).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard textLength <= NumpyHeader.longest else {
      throw Problem("declares a head of \(textLength) bytes", fix: NumpyHeader.again)
    }
    let text = String(decoding: try stream.bytes(textLength), as: UTF8.self)
    guard case .object(let entries) = try PythonLiteral(text), let descr = entries["descr"],
      case .flag(let isFortran)? = entries["fortran_order"], let shape = entries["shape"]?.integers
    else { throw Problem("has a head without descr, fortran_order or shape", fix: NumpyHeader.again) }
    self.isFortran = isFortran
    self.shape = shape
    type = try NumpyType(descr)
    length = 8 + width + textLength
    guard shape.count <= 32 else {
      throw Problem("declares \(shape.count) axes, and an array has at most 32", fix: NumpyHeader.again)
    }
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw Problem("declares the shape \(shape)", fix: NumpyHeader.again)
    }
    let declared = (shape + [type.size]).reduce((bytes: 1, overflow: false)) { product, extent in
      let next = product.bytes.multipliedReportingOverflow(by: extent)
      return (next.partialValue, product.overflow || next.overflow)
    }
    let there = stream.size - length
    guard !declared.overflow, declared.bytes == there else {
      let wanted = declared.overflow ? "more bytes than can be counted" : "\(declared.bytes) bytes"
      throw Problem(
        "declares \(shape) elements of \(type.words), \(wanted), but holds \(there)",
        fix: NumpyHeader.again)
    }
  }

  /// The bytes of a head for elements of type `descr`, as long as a multiple of 64.
  static func bytes(descr: String, shape: [Int]) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(extents)), }"
    let padding = 64 - (10 + text.utf8.count + 1) % 64
    text += String(repeating: " ", count: padding % 64) + "\n"
    let length = text.utf8.count
    return signature + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}
