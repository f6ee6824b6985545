import EngramKit

/// A text file of rows and fields: what separates them, whether a first line names them, and what it is a table of.
struct TextTable {
  /// What the rows are.
  enum Kind: String { case edges, spikes, matrix, times, pairs }

  /// A column as its head names it: `weight [nS]`, `t_ms`.
  struct Head {
    var name: String
    var unit: String?
  }

  let path: String
  let separator: Separator
  let hasHead: Bool
  let heads: [Head]
  /// Fields of the first rows, as texts.
  let sample: [[String]]

  /// Looks at the first rows.
  ///
  /// - Throws: `Problem`: unreadable, no rows.
  init(reading path: String) throws {
    self.path = path
    let reader = try LineReader(path, hasQuotes: true)
    var found: Separator?
    var rows: [[String]] = []
    var length = 0
    while rows.count < 32, length < TextTable.longestSample, let line = try reader.next() {
      length += line.count
      let bytes = reader.bytes
      let text = bytes.span.extracting(line)
      var whole = FieldSplitter(.blanks)
      guard whole.split(text) else { continue }
      let separator = found ?? Separator(of: text)
      found = separator
      var splitter = FieldSplitter(separator)
      if splitter.split(text) { rows.append(splitter.texts(text)) }
    }
    guard let first = rows.first, let separator = found else { throw Problem("has no rows", at: path) }
    self.separator = separator
    let names = first.map { TextTable.head($0.hasPrefix("\u{FEFF}") ? String($0.dropFirst()) : $0) }
    let numbers = first.filter { Double($0) != nil }.count
    // A head names known columns, or stands over numbers that it is none of.
    let isKnown = names.contains { TextTable.known.contains($0.name.lowercased()) }
    let next = rows.dropFirst().first
    let standsOver = next.map { $0.filter { Double($0) != nil }.count == $0.count && $0.count > 1 } ?? false
    hasHead = numbers == 0 && first.count > 1 && (isKnown || standsOver)
    heads = hasHead ? names : first.indices.map { Head(name: "\($0 + 1)") }
    sample = hasHead ? Array(rows.dropFirst()) : rows
  }

  /// Bytes of the first rows beyond which no more are looked at.
  private static let longestSample = 1 << 20

  static let pre: Set = [
    "pre", "source", "from", "i", "src", "pre_id", "presynaptic", "source_node_id", "sender", "pregid",
  ]
  static let post: Set = [
    "post", "target", "to", "j", "dst", "post_id", "postsynaptic", "target_node_id", "postgid",
  ]
  static let weight: Set = [
    "weight", "w", "syn_weight", "weights", "n", "count", "synapses", "nsyn", "nsyns",
  ]
  static let time: Set = ["t", "time", "times", "timestamp", "timestamps", "spike_time", "spike_times"]
  static let id: Set = [
    "i", "id", "ids", "sender", "senders", "node_id", "node_ids", "neuron", "neuron_id", "unit", "unit_id",
    "gid",
    "cluster", "spkid",
  ]
  private static let known = pre.union(post).union(time).union(id).union(["delay", "population"])

  /// `weight [nS]` and `weight (nS)` give the unit; of a time, `t_ms` does.
  private static func head(_ text: String) -> Head {
    for (open, close) in [("[", "]"), (" (", ")")] {
      if text.hasSuffix(close), let start = text.range(of: open) {
        let unit = text[start.upperBound...].dropLast()
        let name = text[..<start.lowerBound].trimmingBlanks
        if !name.isEmpty { return Head(name: name, unit: String(unit)) }
      }
    }
    if let bar = text.lastIndex(of: "_"), time.contains(text[..<bar].lowercased()),
      Unit(String(text[text.index(after: bar)...]))?.factor(to: .millisecond) != nil
    {
      return Head(name: String(text[..<bar]), unit: String(text[text.index(after: bar)...]))
    }
    return Head(name: text)
  }

  /// The place of the first column of one of `names`.
  func column(_ names: Set<String>) -> Int? { heads.firstIndex { names.contains($0.name.lowercased()) } }

  /// What the rows are, from the head, else from the first rows, else from what the user asks for.
  ///
  /// - Throws: `Problem` that lists the candidates.
  func kind(_ options: ConversionOptions) throws -> Kind {
    if let asked = options.objects.lazy.compactMap(Kind.init(rawValue:)).first { return asked }
    if hasHead {
      if PairedRecordings.fits(self) { return .pairs }
      if column(Self.time) != nil, column(Self.id) != nil { return .spikes }
      if column(Self.pre) != nil, column(Self.post) != nil { return .edges }
      throw Problem(
        "has the columns \(heads.map(\.name).joined(separator: ", ")), which are neither connections nor spikes",
        at: path,
        fix: "name the columns pre and post, or time and id, or say --object edges, spikes, pairs or matrix")
    }
    let widths = Set(sample.map(\.count))
    let width = sample[0].count
    let isNumeric = sample.allSatisfy { $0.allSatisfy { realText($0) != nil } }
    if widths.count == 1, isNumeric {
      if width == 1 { return .times }
      if width > 4 { return .matrix }
    }
    if width == 2, isNumeric, isWhole(0) != isWhole(1) || path.hasSuffix(".gdf") { return .spikes }
    if width == 2, isNumeric { throw unclear("a whole number each, which may be connections or spikes") }
    guard sample.contains(where: { $0.contains { Double($0) != nil } }) else {
      throw unclear("words only, which may be connections or no table at all")
    }
    if width > 2, isNumeric, sample.count == width, isWhole(0), isWhole(1), isWhole(2) {
      throw unclear("as many as there are rows, which may be connections or a matrix")
    }
    return .edges
  }

  /// Whether the first rows have whole numbers in a column.
  func isWhole(_ column: Int) -> Bool { sample.allSatisfy { $0.count > column && UInt64($0[column]) != nil } }

  private func unclear(_ what: String) -> Problem {
    Problem(
      "has \(heads.count) columns without names, \(what)", at: path,
      fix: "say --object edges, --object spikes or --object matrix")
  }

  private func realText(_ text: String) -> Double? { Double(text) }

  /// Calls `body` with every row, whose fields `splitter` knows.
  ///
  /// - Throws: `Problem` with the line's number: unequal numbers of fields; what `body` throws.
  func rows(_ body: (borrowing Span<UInt8>, FieldSplitter, Int) throws -> Void) throws {
    let reader = try LineReader(path, hasQuotes: true)
    var splitter = FieldSplitter(separator)
    var mustSkip = hasHead
    try reader.forEach { line, number in
      guard splitter.split(line) else { return }
      if mustSkip {
        mustSkip = false
        return
      }
      guard splitter.fields.count == heads.count else {
        throw Problem(
          "has \(splitter.fields.count) fields instead of \(heads.count)", at: "\(path):\(number)",
          fix: "put names with separators in them between double quotes")
      }
      try body(line, splitter, number)
    }
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
