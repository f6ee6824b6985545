/// The name among `known` that a typing mistake most likely meant, or nil when none is near.
///
/// Near means an edit distance (insert, delete, replace, exchange neighbours) of at most a third of the length.
public func nearestName(to word: String, among known: some Sequence<String>) -> String? {
  let near = known.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
    .filter { $0.1 <= max(2, word.count / 3) }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }
  return near?.0
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let (x, y) = (Array(a), Array(b))
  var table = Tensor(repeating: 0, shape: [x.count + 1, y.count + 1])
  for i in 0...x.count { table[i, 0] = i }
  for j in 0...y.count { table[0, j] = j }
  for i in 0..<x.count {
    for j in 0..<y.count {
      var best = min(table[i, j + 1] + 1, table[i + 1, j] + 1, table[i, j] + (x[i] == y[j] ? 0 : 1))
      if i > 0, j > 0, x[i] == y[j - 1], x[i - 1] == y[j] { best = min(best, table[i - 1, j - 1] + 1) }
      table[i + 1, j + 1] = best
    }
  }
  return table[x.count, y.count]
}
