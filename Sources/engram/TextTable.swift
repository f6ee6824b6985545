/// Rows of words in columns, each as wide as its widest word.
struct TextTable {
  private var rows: [[String]] = []
  private let rightAligned: Set<Int>

  /// - Parameter rightAligned: Columns of numbers, counted from 0.
  init(rightAligned: Set<Int> = []) { self.rightAligned = rightAligned }

  mutating func add(_ words: [String]) { rows.append(words) }

  /// The rows as lines, two spaces between columns, each line behind `indent`.
  func lines(indent: String = "  ") -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count - 1 || rightAligned.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, word in
        let space = String(repeating: " ", count: max(0, widths[column] - word.count))
        return rightAligned.contains(column) ? space + word : word + space
      }
      let line = indent + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// A Markdown table; bars inside cells are escaped.
func markdownTable(_ head: [String], _ rows: [[String]]) -> String {
  let all = [head, head.map { _ in "---" }] + rows
  return all.map { row in
    "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }.joined(separator: "\n")
}
