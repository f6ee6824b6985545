import EngramKit

/// What came of a verb that takes several files.
struct Tally {
  var files = 0
  /// Files that could be read and are wrong.
  var unsound = 0
  /// Files that could not be read.
  var unreadable = 0

  /// 0 when all is well; 3 when some of several files failed; else 1.
  var status: ExitStatus {
    let failed = unsound + unreadable
    return failed == 0 ? .done : failed == files ? .failed : .partly
  }
}

/// Does `body` for every file; one that fails costs only itself and is reported on standard error.
///
/// - Parameter body: Whether the file is sound, and its facts for `--json`: an object for one file, a list for several.
func eachFile(
  _ paths: [String], _ json: Bool, _ console: Console, _ body: (String) throws -> (sound: Bool, facts: JSON)
) throws -> Tally {
  var facts: [JSON] = []
  var tally = Tally()
  for path in paths {
    tally.files += 1
    do {
      let (sound, known) = try body(path)
      facts.append(known)
      if !sound { tally.unsound += 1 }
    } catch {
      tally.unreadable += 1
      let list = ((error as? Problems)?.list ?? [problem(error, at: path)]).map { $0.at(path) }
      for known in list { try console.say(known) }
      facts.append(["file": .text(path), "problems": .list(list.map(\.json))])
    }
  }
  if json, let first = facts.first {
    try console.print((paths.count == 1 ? first : .list(facts)).indented)
  }
  return tally
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
