internal import CHDF5
import EngramKit

/// The reasons libhdf5 gave for its last failure on this thread, deepest first.
func libraryReasons() -> [String] {
  var reason = engram_reason()
  engram_reasons(&reason)
  return withUnsafeBytes(of: &reason.text) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

/// One sentence out of the error stack of libhdf5: what could not be done, and the cause it names.
///
/// - Parameters:
///   - doing: What was attempted, after "cannot": `read`, `open the group`.
///   - place: `file#/object`.
func libraryProblem(_ doing: String, at place: String) -> Problem {
  let reasons = libraryReasons()
  let all = reasons.joined(separator: "; ")
  if all.contains("lock file") {
    return Problem(
      "cannot \(doing): another process has the file open for writing", at: place,
      fix: "wait for it, or set HDF5_USE_FILE_LOCKING=FALSE to read anyway")
  }
  if all.contains("truncated file") {
    return Problem(
      "cannot \(doing): the file is truncated (\(reasons.first { $0.contains("truncated") } ?? all))",
      at: place,
      fix: "copy or download it again")
  }
  if all.contains("an external link is not followed") {
    return Problem(
      "cannot \(doing): the path leads through an external link to another file", at: place,
      fix: "pass --follow-external if you trust that file")
  }
  // The deepest reason is the cause; where it is a bare remark, the next one outwards says what it concerned.
  let cause = reasons.first ?? "libhdf5 gave no reason"
  return Problem("cannot \(doing): \(cause)", at: place)
}
