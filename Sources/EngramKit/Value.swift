/// A parameter's value as an experiment file, a command line or a manifest gives it.
public enum Value: Sendable, Equatable {
  case real(Double)
  case reals([Double])
  case integer(Int)
  case flag(Bool)
  case text(String)
}

extension Value: CustomStringConvertible {
  public var description: String {
    switch self {
    case .real(let number): shortest(number)
    case .reals(let numbers): "[" + numbers.map(shortest).joined(separator: ", ") + "]"
    case .integer(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .text(let text): text
    }
  }
}

/// The shortest decimal text that reads back as `number`, without a trailing `.0`.
public func shortest(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 1e15 { return "\(Int(number))" }
  return "\(number)"
}

extension Value: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .integer(number)
    } else if let number = try? container.decode(Double.self) {
      self = .real(number)
    } else if let numbers = try? container.decode([Double].self) {
      self = .reals(numbers)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .real(let number): try container.encode(number)
    case .reals(let numbers): try container.encode(numbers)
    case .integer(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .text(let text): try container.encode(text)
    }
  }
}
