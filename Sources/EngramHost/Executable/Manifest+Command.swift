import EngramKit
import Foundation

extension Manifest {
  /// The command with paths: words that name files of the folder become those files, the program is found on PATH.
  ///
  /// - Throws: `Problem` when there is no such program.
  func commandLine(_ words: [String]) throws -> [String] {
    var command = words.map { word in
      let own = "\(folder)/\(word)"
      return !word.isEmpty && FileManager.default.fileExists(atPath: own) ? own : word
    }
    if !command[0].contains("/") {
      command[0] = try findProgram(
        command[0], fix: executable?.build == nil ? "install it" : "engram plugin build '\(folder)'")
    }
    guard access(command[0], X_OK) == 0 else {
      throw Problem(
        "\(description.name) cannot run \(command[0]): \(String(cString: strerror(errno)))", at: file,
        fix: "chmod +x '\(command[0])'")
    }
    return command
  }

  /// The environment of the executable: the user's, with its own place for temporary files and one thread for each
  /// library that would take all processors.
  func environment(_ private: String) -> [String] {
    var variables = ProcessInfo.processInfo.environment
    variables["TMPDIR"] = `private`
    variables["ENGRAM_PLUGIN"] = folder
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    if let library = Support.python {
      variables["PYTHONPATH"] = ([library] + (variables["PYTHONPATH"].map { [$0] } ?? [])).joined(
        separator: ":")
    }
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] where variables[name] == nil {
      variables[name] = "\(WorkerThreads.count)"
    }
    return variables.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
