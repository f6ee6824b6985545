import EngramKit

/// Does `body` for every file; one that fails costs only itself and is reported on standard error.
///
/// - Parameter body: Whether the file is sound, and its facts for `--json`: an object for one file, a list for several.
/// - Returns: done; failed when the only file or all of them failed; partly when some did.
func eachFile(
  _ paths: [String], _ json: Bool, _ console: Console, _ body: (String) throws -> (sound: Bool, facts: JSON)
) throws -> ExitStatus {
  var facts: [JSON] = []
  var failed = 0
  for path in paths {
    do {
      let (sound, known) = try body(path)
      facts.append(known)
      if !sound { failed += 1 }
    } catch let problems as Problems {
      failed += 1
      for known in problems.list { try console.say(known.at(path)) }
    } catch {
      failed += 1
      try console.say(problem(error, at: path))
    }
  }
  if json, let first = facts.first {
    try console.print((paths.count == 1 ? first : .list(facts)).indented)
  }
  return failed == 0 ? .done : failed == paths.count ? .failed : .partly
}

/// A number of bytes as one would say it: `62.7 kB`.
func byteWords(_ bytes: Int) -> String {
  var size = Double(bytes)
  var unit = 0
  let units = ["B", "kB", "MB", "GB", "TB"]
  while size >= 1000, unit < units.count - 1 {
    size /= 1000
    unit += 1
  }
  let tenths = (size * 10).rounded()
  return unit == 0 || size >= 100
    ? "\(Int(size.rounded())) \(units[unit])" : "\(shortest(tenths / 10)) \(units[unit])"
}
