import EngramKit
import Foundation

/// A SONATA configuration: every file that it names must be there; all that are not are listed at once.
func checkConfiguration(_ path: String, _ list: inout FindingList) throws {
  let configuration: CircuitConfiguration
  do { configuration = try CircuitConfiguration(reading: path) } catch let all as Problems {
    for problem in all.list { list.add(.missingFile, "", problem.what) }
    return
  } catch let known as Problem {
    return list.add(.damaged, "", known.what)
  }
  var absent = Cases()
  for file in configuration.files where !FileManager.default.fileExists(atPath: file.path) {
    absent.add("\(file.key): \(file.path)")
  }
  list.add(.missingFile, "", absent) { "\($0) files that it names are not there" }
}
