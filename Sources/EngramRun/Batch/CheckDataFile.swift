import EngramData
import EngramFormats
import EngramKit
import Foundation

/// The findings about one data file, looked at in a process of its own: libhdf5 does not survive every damaged file.
///
/// - Parameters:
///   - worker: The command that starts a worker; nil: in this process.
///   - memory: Bytes that it may take; what needs more is refused, and that is a finding.
/// - Returns: The findings of `checkFile`; a crash is one of them.
/// - Throws: `Problem` when the file is not there or may not be read.
public func checkDataFile(_ path: String, worker: [String]?, memory: Int) throws -> [Finding] {
  guard let worker, FileManager.default.isReadableFile(atPath: path) else { return try checkFile(path) }
  var pool = WorkerPool(command: worker, size: 1)
  var job = Job(name: path, task: "check", request: Data(path.utf8))
  job.memory = memory
  _ = try pool.take(job)
  while true {
    for case .ended(_, let result) in try pool.events(within: 1000) {
      switch result {
      case .success(let done): return try JSONDecoder().decode([Finding].self, from: done.answer)
      case .failure(let failure):
        return [Finding(.damaged, file: path, "cannot be read: \(failure.problem)")]
      }
    }
  }
}

/// The task `check`: the findings about one data file.
public func checkTask() -> WorkerTask {
  WorkerTask("check") { path, _, _ in
    // Half for what is read, half for what is made of it.
    H5File.setMemoryLimit(WorkerMemory.bytes / 2)
    return try JSONEncoder().encode(try checkFile(String(decoding: path, as: UTF8.self)))
  }
}
