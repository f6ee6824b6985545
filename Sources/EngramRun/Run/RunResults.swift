import EngramData
import EngramKit
import Foundation

/// The files of an experiment's runs, and the numbers in them.
struct RunResults: Sendable {
  let provenance: RunProvenance
  let folder: String

  init(_ provenance: RunProvenance, _ folder: String) {
    self.provenance = provenance
    self.folder = folder
  }

  var plan: Plan { provenance.plan }
  var experiment: Experiment { provenance.plan.experiment }
  var indexPath: String { folder + "/index.h5" }

  func path(_ run: RunNumber) -> String { "\(folder)/\(run.fileStem).h5" }

  /// Whether the run's file is there and was made from what is there now.
  func isDone(_ run: RunNumber) throws -> Bool {
    try isMade(path(run), from: try provenance.line(run))
  }

  /// Whether a file's provenance is `line`. A file that cannot be read is made again, by rename.
  func isMade(_ path: String, from line: JSON) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    do {
      return try H5File(reading: path).root.dataset("/engram/provenance").readStrings() == [line.description]
    } catch is Problem {
      return false
    }
  }

  /// The runs with these swept values.
  func runs(_ only: [Experiment.SweptValue]) -> [RunNumber] {
    experiment.runs.filter { run in
      only.allSatisfy { wanted in
        run.point.contains { $0.key == wanted.key && $0.value.value.isSame(as: wanted.value.value) }
      }
    }
  }

  /// One number of a file.
  ///
  /// - Throws: `Problem` when it is not there, or the position lies outside.
  static func number(_ step: String, _ dataset: String, _ index: [Int], in file: EngramFile) throws -> Double
  {
    let values = try numbers(step, dataset, in: file)
    guard values.rank == index.count, zip(index, values.shape).allSatisfy({ $0 < $1 }) else {
      throw Problem(
        "\(step)/\(dataset) has shape \(values.shape); there is no element \(index)", at: file.path,
        fix: "give a position along each axis, counted from 0")
    }
    let place = zip(index, values.shape).reduce(0) { $0 * $1.1 + $1.0 }
    return values[place]
  }

  /// All numbers of a dataset of a file, as stored.
  static func numbers(_ step: String, _ dataset: String, in file: EngramFile) throws -> Tensor<Double> {
    let declared = Dataset(dataset, .array, [], anyUnit: "")
    let source = try LayoutSource([declared], [dataset: .step(file, step, name: dataset)])
    return try source.numbers(dataset, rows: nil)
  }
}
