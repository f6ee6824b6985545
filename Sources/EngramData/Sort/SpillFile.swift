import EngramKit
import Foundation

/// A temporary file without a name, in parts of known size that grow side by side; gone when the process ends, however
/// it ends.
final class SpillFile {
  private let descriptor: Int32
  private let folder: String
  /// Where each part begins and how long it is, in words.
  private let starts: [Int]
  private let sizes: [Int]
  private var written: [Int]
  private var buffers: [[UInt64]]
  private let bufferLength: Int

  /// - Parameters:
  ///   - sizes: Words of each part.
  ///   - buffered: Bytes for the buffers of all parts.
  init(sizes: [Int], buffered: Int, in folder: String) throws {
    self.folder = folder.isEmpty ? "." : folder
    self.sizes = sizes
    var place = 0
    starts = sizes.map { size in
      defer { place += size }
      return place
    }
    written = [Int](repeating: 0, count: sizes.count)
    buffers = [[UInt64]](repeating: [], count: sizes.count)
    bufferLength = min(max(buffered / 8 / max(sizes.count, 1), 512), 1 << 17)
    var template = Array("\(self.folder)/.engram-sort-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw systemProblem("cannot create a temporary file", at: self.folder) }
    unlink(template)
  }

  deinit { close(descriptor) }

  /// Adds one word and then more to a part.
  func add(_ first: UInt64, _ rest: ArraySlice<UInt64>, to part: Int) throws {
    buffers[part].append(first)
    buffers[part].append(contentsOf: rest)
    if buffers[part].count >= bufferLength { try flush(part) }
  }

  private func flush(_ part: Int) throws {
    let count = buffers[part].count
    precondition(written[part] + count <= sizes[part], "more words than were counted")
    let offset = (starts[part] + written[part]) * 8
    try buffers[part].withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let step = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { throw systemProblem("cannot write a temporary file", at: folder) }
        done += step
      }
    }
    written[part] += count
    buffers[part].removeAll(keepingCapacity: true)
  }

  /// All words of a part, in the order in which they were added.
  func read(_ part: Int) throws -> [UInt64] {
    try flush(part)
    buffers[part] = []
    var words = [UInt64](repeating: 0, count: written[part])
    try words.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let step = pread(descriptor, base + done, bytes.count - done, off_t(starts[part] * 8 + done))
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { throw systemProblem("cannot read a temporary file", at: folder) }
        done += step
      }
    }
    return words
  }
}
