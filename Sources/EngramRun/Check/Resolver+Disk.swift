import EngramKit
import Glibc

extension Resolver {
  /// Whether the disk has room for what the runs will write, as far as that is known beforehand.
  func checkDisk(_ order: [PlannedStep]) {
    let shapes = checkShapes(order)
    // Groups, attributes and provenance of a step take a few kilobytes.
    var bytes = Double(order.count) * 8192
    for planned in order where !planned.step.overRuns {
      for written in planned.description.writes {
        guard let shape = shapes["\(planned.id)/\(written.name)"] else { continue }
        bytes += 8 * shape.reduce(1.0) { $0 * Double($1) }
      }
    }
    let needed = bytes * Double(experiment.runCount)
    guard let free = freeBytes(in: "."), needed > free else { return }
    findings.add(
      "\(experiment.runCount) runs write at least \(megabytes(needed)) MB; the disk has \(megabytes(free)) MB free",
      at: Mark(file: experiment.file, line: 1, column: 1),
      fix: "make room, or choose another folder with --out")
  }

  private func megabytes(_ bytes: Double) -> String { shortest((bytes / 1e6).rounded(.up)) }
}

/// Bytes that a user may still write on the disk of `folder`; nil where that cannot be told.
func freeBytes(in folder: String) -> Double? {
  var status = statvfs()
  guard statvfs(folder, &status) == 0 else { return nil }
  return Double(status.f_bavail) * Double(status.f_frsize)
}
