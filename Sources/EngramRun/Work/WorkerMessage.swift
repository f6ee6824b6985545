import EngramKit
import Foundation

/// What a worker tells its parent, one JSON value a line.
enum WorkerMessage: Codable, Sendable {
  case progress(Double, String)
  case done(JobResult)
  /// The job failed and the worker ends; which job that was, the parent knows.
  case failed(Failure)

  var line: [UInt8] {
    get throws { try Array(JSONEncoder().encode(self)) + [UInt8(ascii: "\n")] }
  }
}

/// Splits a byte stream into lines.
struct LineBuffer {
  private var bytes: [UInt8] = []

  /// Adds what was read, and gives the lines that are complete now.
  mutating func add(_ more: some Sequence<UInt8>) -> [Data] {
    bytes += more
    var lines: [Data] = []
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(Data(bytes[..<end]))
      bytes.removeFirst(end + 1)
    }
    return lines
  }
}

/// Writes every byte to a descriptor.
///
/// - Returns: Whether it could; false when the reader is gone.
@discardableResult
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 {
      if errno == EINTR { continue }
      return false
    }
    rest = rest.dropFirst(written)
  }
  return true
}
