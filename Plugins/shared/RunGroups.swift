import EngramKit

/// Runs sorted into groups, such as learning rules: by a label of each run, or as equal consecutive shares.
struct RunGroups: Sendable {
  /// Name of each group, in order of appearance.
  let names: [String]
  /// Group of each run; shape [run].
  let group: [Int]

  /// - Parameters:
  ///   - names: Names with commas between; the first share of the runs is the first group. Empty: one group.
  ///   - labels: A name for each run, which goes before `names`.
  /// - Throws: `Problem` when the runs are no whole number of shares, or the labels are not one a run.
  init(_ names: String, labels: [String]?, runs: Int) throws {
    if let labels {
      guard labels.count == runs else { throw Problem("\(labels.count) labels for \(runs) runs") }
      var known: [String] = []
      for label in labels where !known.contains(label) { known.append(label) }
      self.names = known
      group = labels.compactMap { known.firstIndex(of: $0) }
      return
    }
    let words = names.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
    guard !words.isEmpty else {
      (self.names, group) = (["all runs"], Array(repeating: 0, count: runs))
      return
    }
    guard runs.isMultiple(of: words.count) else {
      throw Problem(
        "\(runs) runs cannot be shared equally by the \(words.count) groups \(names)",
        fix: "read as many datasets as there are names in `groups`, in the same order")
    }
    self.names = words
    group = (0..<runs).map { $0 * words.count / runs }
  }

  /// The runs of group `index`, in order.
  func members(_ index: Int) -> [Int] { group.indices.filter { group[$0] == index } }
}
