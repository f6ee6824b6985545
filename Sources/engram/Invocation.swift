import EngramKit

/// The command line cannot be understood: exit status 2.
struct Misuse: Error {
  let problem: Problem

  init(_ what: String, fix: String) { problem = Problem(what, fix: fix) }
}

/// What a user wrote after a verb, checked against the verb's declaration.
struct Invocation: Sendable {
  /// The words that are no options, in order.
  let words: [String]
  private let given: [String: [String]]

  /// Reads `--k v`, `--k=v` and `--`, after which every word is an argument.
  ///
  /// - Throws: `Misuse`: unknown or repeated options, missing values, too few or too many arguments.
  init(_ arguments: some Sequence<String>, of command: Command) throws(Misuse) {
    var words: [String] = []
    var given: [String: [String]] = [:]
    var rest = Array(arguments)[...]
    while let word = rest.popFirst() {
      if word == "--" {
        words += rest
        break
      }
      guard word.hasPrefix("-"), word.count > 1 else {
        words.append(word)
        continue
      }
      let (option, attached) = try Self.option(word, of: command)
      if given[option.name] != nil, !option.repeats {
        throw Misuse("option '--\(option.name)' was given twice", fix: "give it once")
      }
      given[option.name, default: []].append(try Self.value(of: option, attached, &rest))
    }
    self.words = words
    self.given = given
    try checkCount(of: command)
  }

  /// Whether an option was given.
  func has(_ option: String) -> Bool { given[option] != nil }
  /// The value of an option, or nil where it was not given.
  func value(_ option: String) -> String? { given[option]?.last }
  /// Every value of an option that may be repeated, in order.
  func values(_ option: String) -> [String] { given[option] ?? [] }

  /// A whole number of at least 1.
  func count(_ option: String) throws(Misuse) -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), number >= 1 else {
      throw Misuse(
        "'--\(option)' takes a whole number of at least 1, not '\(text)'", fix: "write --\(option) 1")
    }
    return number
  }

  /// A number of bytes: `2G`, `500M`, `1000000`.
  func bytes(_ option: String) throws(Misuse) -> Int? {
    guard let text = value(option) else { return nil }
    let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
    let factor = text.last.flatMap { units[$0] }
    guard let number = Double(factor == nil ? text : String(text.dropLast())), number > 0,
      number * (factor ?? 1) < 1e18
    else {
      throw Misuse("'--\(option)' takes a size, not '\(text)'", fix: "write --\(option) 2G")
    }
    return Int(number * (factor ?? 1))
  }

  /// A number that is not negative.
  func number(_ option: String) throws(Misuse) -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = Double(text), number >= 0, number.isFinite else {
      throw Misuse(
        "'--\(option)' takes a number that is not negative, not '\(text)'", fix: "write --\(option) 1e-9")
    }
    return number
  }

  /// The two parts of every `name=value` that an option was given, in order.
  func pairs(_ option: String, _ form: String) throws(Misuse) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for text in values(option) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw Misuse("'--\(option)' takes \(form), not '\(text)'", fix: "write --\(option) \(form)")
      }
      pairs.append((String(parts[0]), String(parts[1])))
    }
    return pairs
  }

  /// Refuses two options that contradict each other.
  func refuse(_ one: String, with other: String) throws(Misuse) {
    guard has(one), has(other) else { return }
    throw Misuse("'--\(one)' and '--\(other)' exclude each other", fix: "give one of them")
  }

  private static func option(
    _ word: String, of command: Command
  ) throws(Misuse) -> (Command.Option, attached: String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if let option = command.options.first(where: { "--" + $0.name == parts[0] }) {
      return (option, parts.count == 2 ? parts[1] : nil)
    }
    let near = nearestName(to: parts[0], among: command.options.map { "--" + $0.name })
    throw Misuse(
      "\(command.name) has no option '\(parts[0])'",
      fix: (near.map { "did you mean '\($0)'? " } ?? "") + "`engram \(command.name) --help` shows all")
  }

  private static func value(
    of option: Command.Option, _ attached: String?, _ rest: inout ArraySlice<String>
  ) throws(Misuse) -> String {
    guard let name = option.value else {
      if attached == nil { return "" }
      throw Misuse("option '--\(option.name)' takes no value", fix: "write --\(option.name)")
    }
    if let attached { return attached }
    guard let next = rest.first, !next.hasPrefix("--") else {
      throw Misuse(
        "option '--\(option.name)' needs a value", fix: "write --\(option.name) \(name)")
    }
    return rest.removeFirst()
  }

  private func checkCount(of command: Command) throws(Misuse) {
    let needed = command.arguments.filter { $0.count == .one || $0.count == .many }
    let fix = "usage: " + command.usage
    if words.count < needed.count {
      throw Misuse("\(command.name) needs \(needed[words.count].name)", fix: fix)
    }
    let openEnded = command.arguments.contains { $0.count == .many || $0.count == .any }
    if !openEnded, words.count > command.arguments.count {
      throw Misuse(
        "\(command.name) does not know what to do with '\(words[command.arguments.count])'", fix: fix)
    }
  }
}
