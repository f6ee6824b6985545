/// What a plugin says of one of its parameters, without a Swift type: a manifest gives the same.
public struct ParameterDescription: Sendable, Codable, Equatable {
  /// What values a parameter takes.
  public enum Kind: String, Sendable, Codable, CaseIterable { case real, reals, integer, flag, text, choice }

  public var name: String
  public var kind: Kind
  /// Symbol of the unit in which the number is given; `1` where there is none.
  public var unit: String
  public var lower: Double?
  public var upper: Double?
  /// The allowed words of a `choice`.
  public var choices: [String]?
  /// The value where the user gives none.
  public var standard: Value
  public var summary: String

  public init(
    name: String, kind: Kind, unit: String = "1", lower: Double? = nil, upper: Double? = nil,
    choices: [String]? = nil, standard: Value, summary: String
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.lower = lower
    self.upper = upper
    self.choices = choices
    self.standard = standard
    self.summary = summary
  }
}

/// One parameter of a plugin: a name, the property that holds it, unit, closed range and a sentence.
///
/// The property's initial value is the default, so it is written once.
public struct Parameter<Root: Sendable>: Sendable {
  public typealias Path<Value> = WritableKeyPath<Root, Value> & Sendable

  let describe: @Sendable (Root) -> ParameterDescription
  let assign: @Sendable (inout Root, Value) throws -> Void

  /// A real number in `unit`, within `range`.
  public static func real(
    _ name: String, _ path: any Path<Double>, unit: Unit, in range: ClosedRange<Double>, _ summary: String
  ) -> Self {
    Self {
      ParameterDescription(
        name: name, kind: .real, unit: unit.symbol, lower: range.lowerBound, upper: range.upperBound,
        standard: .real($0[keyPath: path]), summary: summary)
    } assign: {
      guard case .real(let number) = $1 else { throw wrongKind(name, "a number", $1) }
      $0[keyPath: path] = number
    }
  }

  /// A list of real numbers in `unit`, each within `range`; matrices are given row by row.
  public static func reals(
    _ name: String, _ path: any Path<[Double]>, unit: Unit, in range: ClosedRange<Double>, _ summary: String
  ) -> Self {
    Self {
      ParameterDescription(
        name: name, kind: .reals, unit: unit.symbol, lower: range.lowerBound, upper: range.upperBound,
        standard: .reals($0[keyPath: path]), summary: summary)
    } assign: {
      guard case .reals(let numbers) = $1 else { throw wrongKind(name, "a list of numbers", $1) }
      $0[keyPath: path] = numbers
    }
  }

  /// A whole number within `range`.
  public static func integer(
    _ name: String, _ path: any Path<Int>, in range: ClosedRange<Int>, _ summary: String
  ) -> Self {
    Self {
      ParameterDescription(
        name: name, kind: .integer, lower: Double(range.lowerBound), upper: Double(range.upperBound),
        standard: .integer($0[keyPath: path]), summary: summary)
    } assign: {
      guard case .integer(let number) = $1 else { throw wrongKind(name, "a whole number", $1) }
      $0[keyPath: path] = number
    }
  }

  /// Yes or no.
  public static func flag(_ name: String, _ path: any Path<Bool>, _ summary: String) -> Self {
    Self {
      ParameterDescription(name: name, kind: .flag, standard: .flag($0[keyPath: path]), summary: summary)
    } assign: {
      guard case .flag(let flag) = $1 else { throw wrongKind(name, "true or false", $1) }
      $0[keyPath: path] = flag
    }
  }

  /// Free text, such as a label.
  public static func text(_ name: String, _ path: any Path<String>, _ summary: String) -> Self {
    Self {
      ParameterDescription(name: name, kind: .text, standard: .text($0[keyPath: path]), summary: summary)
    } assign: {
      guard case .text(let text) = $1 else { throw wrongKind(name, "text", $1) }
      $0[keyPath: path] = text
    }
  }

  /// One of the words of an enumeration.
  public static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any Path<Choice>, _ summary: String
  ) -> Self {
    let words = Choice.allCases.map(\.rawValue)
    return Self {
      ParameterDescription(
        name: name, kind: .choice, choices: words, standard: .text($0[keyPath: path].rawValue),
        summary: summary)
    } assign: {
      guard case .text(let text) = $1, let choice = Choice(rawValue: text) else {
        throw wrongKind(name, "one of " + words.joined(separator: ", "), $1)
      }
      $0[keyPath: path] = choice
    }
  }

  /// The parameters of a value that several plugins hold in a property, as parameters of the plugin.
  public static func within<Part: Sendable>(_ path: any Path<Part>, _ inner: [Parameter<Part>]) -> [Self] {
    inner.map { part in
      Self {
        part.describe($0[keyPath: path])
      } assign: {
        try part.assign(&$0[keyPath: path], $1)
      }
    }
  }

  private init(
    describe: @escaping @Sendable (Root) -> ParameterDescription,
    assign: @escaping @Sendable (inout Root, Value) throws -> Void
  ) {
    self.describe = describe
    self.assign = assign
  }
}

private func wrongKind(_ name: String, _ wanted: String, _ value: Value) -> Problem {
  Problem("parameter '\(name)' takes \(wanted), not \(value)")
}

extension ParameterDescription {
  /// `value` as this parameter takes it: whole numbers widened, text with a unit converted, ranges checked.
  ///
  /// - Throws: `Problem` with the value, what is allowed and, for words, the nearest allowed one.
  public func accept(_ value: Value) throws -> Value {
    switch (kind, value) {
    case (.real, .integer(let number)): return try inRange(.real(Double(number)), [Double(number)])
    case (.real, .real(let number)): return try inRange(value, [number])
    case (.real, .text(let text)):
      let number = try quantity(text)
      return try inRange(.real(number), [number])
    case (.reals, .reals(let numbers)): return try inRange(value, numbers)
    case (.reals, .real(let number)): return try inRange(.reals([number]), [number])
    case (.reals, .integer(let number)): return try inRange(.reals([Double(number)]), [Double(number)])
    case (.integer, .integer(let number)): return try inRange(value, [Double(number)])
    case (.integer, .real(let number)) where number == number.rounded() && abs(number) < 1e15:
      return try inRange(.integer(Int(number)), [number])
    case (.flag, .flag), (.text, .text): return value
    case (.text, .integer), (.text, .real), (.text, .flag): return .text(value.description)
    case (.choice, .text(let text)):
      if choices?.contains(text) == true { return value }
      let all = (choices ?? []).joined(separator: ", ")
      let near = nearestName(to: text, among: choices ?? [])
      throw Problem(
        "'\(text)' is no choice for parameter '\(name)'",
        fix: near.map { "did you mean '\($0)'? allowed: \(all)" } ?? "use one of \(all)")
    default:
      throw Problem("parameter '\(name)' takes \(kindInWords), not \(value)", fix: "write \(example)")
    }
  }

  private func quantity(_ text: String) throws -> Double {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard let first = parts.first, let number = Double(first) else {
      throw Problem("parameter '\(name)' takes \(kindInWords), not '\(text)'", fix: "write \(example)")
    }
    guard parts.count == 2 else { return number }
    guard let given = Unit(parts[1]), let own = Unit(unit) else {
      throw Problem("unknown unit '\(parts[1])' for parameter '\(name)'", fix: "give it in \(unit)")
    }
    guard let factor = given.factor(to: own) else {
      throw Problem(
        "parameter '\(name)' is in \(unit); '\(parts[1])' measures something else", fix: "give it in \(unit)")
    }
    return number * factor
  }

  private func inRange(_ value: Value, _ numbers: [Double]) throws -> Value {
    let (low, high) = (lower ?? -.infinity, upper ?? .infinity)
    for number in numbers where !(number >= low && number <= high) {
      let unitText = unit == "1" ? "" : " \(unit)"
      throw Problem(
        "parameter '\(name)' is \(shortest(number))\(unitText), outside its range \(range)",
        fix: "choose a value in \(range)")
    }
    return value
  }

  /// The allowed range, such as `0...1`; empty where there is none.
  public var range: String {
    if let choices { return choices.joined(separator: "|") }
    guard let lower, let upper else { return "" }
    return "\(shortest(lower))...\(shortest(upper))"
  }

  private var kindInWords: String {
    switch kind {
    case .real: "a number" + (unit == "1" ? "" : " in \(unit)")
    case .reals: "a list of numbers" + (unit == "1" ? "" : " in \(unit)")
    case .integer: "a whole number"
    case .flag: "true or false"
    case .text: "text"
    case .choice: "one of \((choices ?? []).joined(separator: ", "))"
    }
  }

  private var example: String {
    kind == .real && unit != "1" ? "\(standard) or \"\(standard) \(unit)\"" : "\(standard)"
  }
}
