/// Reads descriptions from JSON, as manifests give them, and collects everything that is wrong.
///
/// The form is that of `Description.json`, so `engram describe NAME --json` shows an example for every kind.
public struct DescriptionReader {
  /// The file, for messages.
  let place: String
  /// What is wrong so far, in the order of reading.
  public private(set) var problems: [Problem] = []

  public init(place: String) { self.place = place }

  /// Adds a problem with the field it concerns, such as `parameters › limit › unit`.
  public mutating func wrong(_ path: [String], _ what: String, fix: String? = nil) {
    problems.append(Problem("\(path.joined(separator: " › ")): \(what)", at: place, fix: fix))
  }

  /// The description in `json`; with problems it is of no use.
  ///
  /// - Parameters:
  ///   - further: Keys beyond a description's that the caller reads itself.
  ///   - dataset: Keys of a dataset beyond a description's.
  public mutating func description(
    _ json: JSON, origin: String, form: Description.Form, further: [String] = [], dataset: [String] = []
  ) -> Description {
    let known = [
      "name", "kind", "roles", "summary", "reference", "version", "origin", "gives", "needs", "parameters",
      "reads", "writes", "figures", "form",
    ]
    checkKeys(json, known + further, [])
    let name = text(json, "name", [])
    if !name.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }) {
      wrong(["name"], "'\(name)' is not in kebab-case", fix: "use lower-case letters, digits and hyphens")
    }
    let kind: Description.Kind = word(json, "kind", []) ?? .analysis
    let roles: [Description.Role]
    if let words = json["roles"]?.asList {
      roles = words.compactMap { $0.asText.flatMap(Description.Role.init) }
    } else {
      roles = [[.model: .simulates, .rule: .learns, .analysis: .measures][kind] ?? .measures]
    }
    let (reads, writes) = (datasets(json, "reads", dataset), datasets(json, "writes", dataset))
    let figures = figures(json, among: Set((reads + writes).map(\.name)))
    return Description(
      name: name, kind: kind, roles: roles, summary: text(json, "summary", []),
      reference: text(json, "reference", []), parameters: parameters(json), reads: reads, writes: writes,
      figures: figures, gives: evidence(json, "gives"), needs: evidence(json, "needs"), origin: origin,
      form: form,
      version: json["version"]?.asText ?? "0")
  }

  // MARK: Parts

  private mutating func parameters(_ json: JSON) -> [ParameterDescription] {
    list(json, "parameters").map { item in
      let path = ["parameters", item["name"]?.asText ?? "?"]
      checkKeys(
        item, ["name", "kind", "unit", "default", "lower", "upper", "choices", "summary"], path)
      let kind: ParameterDescription.Kind = word(item, "kind", path) ?? .real
      var standard = Value.text("")
      if let value = item["default"].flatMap({ Value($0) }) {
        standard = value
      } else {
        missing("default", path)
      }
      let range = (item["lower"]?.asReal, item["upper"]?.asReal)
      if [.real, .reals, .integer].contains(kind), range.0 == nil || range.1 == nil {
        wrong(path, "has no range", fix: "give lower and upper")
      }
      let parameter = ParameterDescription(
        name: text(item, "name", path), kind: kind,
        unit: [.real, .reals].contains(kind) ? unit(item, path, anyAllowed: false) : "1", lower: range.0,
        upper: range.1, choices: item["choices"]?.asList?.compactMap(\.asText), standard: standard,
        summary: text(item, "summary", path))
      guard problems.isEmpty else { return parameter }
      var accepted = parameter
      do { accepted.standard = try parameter.accept(standard) } catch {
        let known = problem(error, at: place)
        wrong(path + ["default"], known.what, fix: known.fix)
      }
      return accepted
    }
  }

  private mutating func datasets(_ json: JSON, _ key: String, _ further: [String]) -> [Dataset] {
    list(json, key).map { item in
      let path = [key, item["name"]?.asText ?? "?"]
      checkKeys(item, ["name", "kind", "axes", "unit", "summary", "optional"] + further, path)
      let kind: Dataset.Kind = item["kind"] == nil ? .array : word(item, "kind", path) ?? .array
      guard let axes = item["axes"]?.asList?.map(\.asText), !axes.contains(nil) else {
        wrong(path, "has no axes", fix: "write \"axes\": [] for a single number")
        return Dataset("", [], anyUnit: "")
      }
      return Dataset(
        text(item, "name", path), kind, axes.compactMap { $0 },
        unitSymbol: kind == .labels ? "1" : unit(item, path, anyAllowed: true), text(item, "summary", path),
        optional: item["optional"]?.asFlag ?? false)
    }
  }

  private mutating func unit(_ item: JSON, _ path: [String], anyAllowed: Bool) -> String {
    let symbol = text(item, "unit", path)
    if symbol.isEmpty || (anyAllowed && symbol == "any") { return symbol }
    if Unit(symbol) == nil {
      wrong(
        path + ["unit"], "unknown unit '\(symbol)'", fix: "write one such as ms, Hz, mV, 1/ms, or 1 for none")
    }
    return symbol
  }

  private mutating func evidence(_ json: JSON, _ key: String) -> [String] {
    let words = json[key]?.asList?.compactMap(\.asText) ?? []
    if Evidence(words: words) == nil {
      wrong(
        [key], "'\(words.joined(separator: ", "))' is no evidence", fix: "loss, gradient, readout, traces")
    }
    return words
  }

  // MARK: Fields

  /// Refuses unknown keys with the nearest known one.
  public mutating func checkKeys(_ json: JSON, _ known: [String], _ path: [String]) {
    guard case .object(let members) = json else { return wrong(path, "is no object") }
    for key in members.keys.sorted() where !known.contains(key) {
      let near = nearestName(to: key, among: known).map { "did you mean '\($0)'? " } ?? ""
      wrong(path + [key], "unknown key", fix: near + "known are " + known.joined(separator: ", "))
    }
  }

  private mutating func missing(_ key: String, _ path: [String]) { wrong(path + [key], "is missing") }

  mutating func list(_ json: JSON, _ key: String) -> [JSON] {
    guard let value = json[key] else { return [] }
    if let list = value.asList { return list }
    wrong([key], "is no list")
    return []
  }

  mutating func text(_ json: JSON, _ key: String, _ path: [String]) -> String {
    guard let text = json[key]?.asText, !text.isEmpty else {
      missing(key, path)
      return ""
    }
    return text
  }

  /// One word of an enumeration; nil, with a problem, when it is none.
  private mutating func word<Word: RawRepresentable<String> & CaseIterableWords>(
    _ json: JSON, _ key: String, _ path: [String]
  ) -> Word? {
    let given = text(json, key, path)
    if let word = Word(rawValue: given) { return word }
    if !given.isEmpty {
      let near = nearestName(to: given, among: Word.words).map { "did you mean '\($0)'? " } ?? ""
      wrong(
        path + [key], "unknown word '\(given)'",
        fix: near + "use one of " + Word.words.joined(separator: ", "))
    }
    return nil
  }
}

/// An enumeration whose words a message can list.
protocol CaseIterableWords { static var words: [String] { get } }

extension Description.Kind: CaseIterableWords {
  static var words: [String] { allCases.map(\.rawValue) }
}
extension Dataset.Kind: CaseIterableWords {
  static var words: [String] { allCases.map(\.rawValue) }
}
extension ParameterDescription.Kind: CaseIterableWords {
  static var words: [String] { allCases.map(\.rawValue) }
}

extension Value {
  /// The value of a JSON text; nil for null, objects and lists of anything but numbers.
  public init?(_ json: JSON) {
    switch json {
    case .flag(let flag): self = .flag(flag)
    case .integer(let number): self = .integer(number)
    case .real(let number): self = .real(number)
    case .text(let text): self = .text(text)
    case .list(let values):
      let numbers = values.compactMap(\.asReal)
      guard numbers.count == values.count else { return nil }
      self = .reals(numbers)
    case .null, .object: return nil
    }
  }
}
