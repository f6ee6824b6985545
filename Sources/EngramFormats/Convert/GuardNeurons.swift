import EngramData
import EngramKit

extension Contents {
  /// Writers hold what every neuron has (position, id, type, words, place in an index) in memory.
  private static let bytesEach = 48

  /// Refuses a number of neurons that a few bytes of a file can declare and no memory can hold.
  ///
  /// - Throws: `Problem` with the number.
  func guardNeurons(at place: String) throws {
    let counts =
      nodes.map { ($0.name, $0.count) }
      + edges.flatMap { [($0.sourcePopulation, $0.sourceCount), ($0.targetPopulation, $0.targetCount)] }
      + spikes.map { ($0.population, $0.unitCount) }
    for (name, count) in counts where count > H5File.defaultMemoryLimit / Contents.bytesEach {
      throw Problem(
        "declares \(count) neurons in \(name), more than memory holds: each takes \(2 * Contents.bytesEach) bytes "
          + "of \(2 * H5File.defaultMemoryLimit)", at: place,
        fix: "correct the number, or allow more with --memory if it is right")
    }
  }
}
