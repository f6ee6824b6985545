import EngramKit

/// A place in a text file; line and column count from 1, columns in characters.
public struct Mark: Sendable, Equatable, CustomStringConvertible {
  public var file: String
  public var line: Int
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`.
  public var description: String { "\(file):\(line):\(column)" }
}

/// One value of a YAML document, with the place where it stands.
public struct Node: Sendable {
  public var mark: Mark
  public var content: Content

  public enum Content: Sendable {
    case null
    case flag(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    case sequence([Node])
    /// Keys in the order of the file, none twice.
    case mapping([Pair])
  }

  /// A key and its value.
  public struct Pair: Sendable {
    public var key: String
    public var keyMark: Mark
    public var value: Node
  }

  /// What the node is, for a sentence: `a list`, `the number 3`.
  public var inWords: String {
    switch content {
    case .null: "nothing"
    case .flag(let flag): "\(flag)"
    case .integer(let number): "the number \(number)"
    case .real(let number): "the number \(shortest(number))"
    case .text(let text): "the text '\(text.prefix(60))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The value under `key` of a mapping, or nil.
  public subscript(_ key: String) -> Node? {
    guard case .mapping(let pairs) = content else { return nil }
    return pairs.first { $0.key == key }?.value
  }
}
