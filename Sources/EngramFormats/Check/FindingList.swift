import EngramData
import EngramKit

/// Gathers findings about one file.
struct FindingList {
  let file: String
  private(set) var findings: [Finding] = []

  init(_ file: String) { self.file = file }

  mutating func add(
    _ id: FindingID, _ object: String, _ sentence: String, severity: Problem.Severity? = nil
  ) {
    findings.append(Finding(id, file: file, object: object, sentence, severity: severity))
  }

  /// Adds a finding for all that `cases` counted, none when it counted nothing.
  mutating func add(_ id: FindingID, _ object: String, _ cases: Cases, _ sentence: (Int) -> String) {
    guard cases.count > 0 else { return }
    findings.append(
      Finding(
        id, file: file, object: object, count: cases.count, examples: cases.examples, sentence(cases.count)))
  }

  /// Runs a part of the check; what cannot be read is a finding too.
  mutating func part(_ object: String, _ body: (inout FindingList) throws -> Void) {
    do { try body(&self) } catch {
      let known = problem(error, at: object)
      let inside = known.place.flatMap {
        $0.hasPrefix("\(file)#") ? String($0.dropFirst(file.count + 1)) : nil
      }
      let id = FindingID(of: known)
      guard !findings.contains(where: { $0.id == id && $0.object == inside ?? object }) else { return }
      add(id, inside ?? object, known.what)
    }
  }
}

extension FindingID {
  /// What kind of finding it is that something cannot be read.
  init(of problem: Problem) {
    if problem.what.contains("uses filter") {
      self = .missingFilter
    } else {
      self = problem.fix?.contains("--memory") == true ? .tooLarge : .damaged
    }
  }
}

/// Counts occurrences and keeps the first three in words.
struct Cases {
  private(set) var count = 0
  private(set) var examples: [String] = []

  mutating func add(_ words: @autoclosure () -> String) {
    count += 1
    if examples.count < 3 { examples.append(words()) }
  }
}
