import EngramKit

/// Which neurons a text names, and how names become ids: whole numbers near zero are ids, all else is a name.
///
/// Ids far apart, such as those of a reconstruction, are names too: positions are 0, 1, 2, … in their order.
struct TextIdentities: Sendable {
  /// Names by position; nil where ids are positions.
  let names: [String]?
  let count: Int
  /// What is taken from each id.
  let base: UInt64
  private let positions: [String: UInt64]
  private let numbers: [UInt64: UInt64]

  /// What was seen of a text in a first pass.
  struct Survey {
    var largest: UInt64 = 0
    var smallest = UInt64.max
    var areNumbers = true
    var numbers: Set<UInt64> = []
    var words: [String] = []
    var known: Set<String> = []
    /// Beyond this, more numbers are not gathered: ids are then near zero or far too many.
    static let most = 1 << 22

    mutating func see(_ line: borrowing Span<UInt8>, _ splitter: FieldSplitter, _ field: Range<Int>) {
      if areNumbers, let number = wholeNumber(line.extracting(field)) {
        largest = max(largest, number)
        smallest = min(smallest, number)
        if numbers.count < Survey.most { numbers.insert(number) }
        return
      }
      if areNumbers {
        areNumbers = false
        // In a text of names, those that look like numbers are names as well.
        words = numbers.sorted().map(String.init)
        known = Set(words)
      }
      let word = splitter.text(line, field)
      if known.insert(word).inserted { words.append(word) }
    }
  }

  /// - Throws: `Problem` where only the user knows whether ids count from 0 or 1.
  init(_ survey: Survey, _ options: ConversionOptions, at path: String) throws {
    if survey.areNumbers, survey.smallest > survey.largest {
      (names, count, base, positions, numbers) = (nil, options.neurons ?? 0, 0, [:], [:])
      return
    }
    guard survey.areNumbers else {
      names = survey.words
      count = survey.words.count
      base = 0
      positions = Dictionary(zip(survey.words, 0...)) { first, _ in first }
      numbers = [:]
      return
    }
    let isDense = survey.largest < 16 * UInt64(survey.numbers.count) + 1024
    guard isDense else {
      let sorted = survey.numbers.sorted()
      guard sorted.count < Survey.most else {
        throw Problem("has ids up to \(survey.largest) and more than \(Survey.most) of them", at: path)
      }
      names = sorted.map(String.init)
      count = sorted.count
      base = 0
      positions = [:]
      numbers = Dictionary(zip(sorted, 0...)) { first, _ in first }
      return
    }
    if survey.smallest == 0, options.idBase == 1 {
      throw Problem(
        "has the id 0, although ids are said to count from 1", at: path, fix: "leave --id-base 1 out")
    }
    guard let base = survey.smallest == 0 ? 0 : options.idBase else {
      throw ConversionOptions.missing(
        "the smallest id is \(survey.smallest), so ids may count from 0 or from 1", option: "id-base",
        example: "0 (or 1)", at: path)
    }
    names = nil
    count = max(options.neurons ?? 0, Int(survey.largest) - base + 1)
    self.base = UInt64(base)
    (positions, numbers) = ([:], [:])
  }

  /// The id of the neuron that a field names.
  func id(
    _ line: borrowing Span<UInt8>, _ splitter: FieldSplitter, _ field: Range<Int>,
    at place: @autoclosure () -> String
  )
    throws -> UInt64
  {
    let number = wholeNumber(line.extracting(field))
    if names == nil, let number, number >= base { return number - base }
    if positions.isEmpty, let number, let id = numbers[number] { return id }
    if let id = positions[splitter.text(line, field)] { return id }
    throw Problem("“\(splitter.text(line, field))” is no neuron's id", at: place())
  }
}
