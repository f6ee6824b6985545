import EngramKit
import Foundation

/// The eight bytes every HDF5 file carries at offset 0, 512, 1024, 2048, …
private let hdf5Signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

/// Size of the file and the offset of its HDF5 signature.
///
/// - Throws: `Problem`: missing, a directory, unreadable, empty, not HDF5.
func signature(of path: String) throws -> (size: Int, offset: Int) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw systemProblem("cannot open the file", at: path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw systemProblem("cannot read the file", at: path) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
    throw Problem("is \(kind), not an HDF5 file", at: path)
  }
  let size = Int(status.st_size)
  guard size > 0 else { throw Problem("the file is empty (0 bytes)", at: path) }
  var bytes = [UInt8](repeating: 0, count: 8)
  var offset = 0
  while offset + 8 <= size {
    if pread(descriptor, &bytes, 8, off_t(offset)) == 8, bytes == hdf5Signature { return (size, offset) }
    offset = offset == 0 ? 512 : offset * 2
  }
  throw Problem("is not an HDF5 file: no HDF5 signature at byte 0, 512, 1024, … of \(size)", at: path)
}

/// A problem with the reason the operating system gives in `errno`.
func systemProblem(_ what: String, at place: String) -> Problem {
  Problem("\(what): \(String(cString: strerror(errno)))", at: place)
}
