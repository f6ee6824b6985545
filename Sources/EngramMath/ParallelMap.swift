/// What `body` makes of each of 0..<`count`, in order, on several threads; the result does not depend on their number.
///
/// - Throws: The error of the lowest number that had one, when all are done.
public func parallelMap<Result: Sendable>(_ count: Int, _ body: (Int) throws -> Result) throws -> [Result] {
  var results = [Swift.Result<Result, any Error>?](repeating: nil, count: count)
  results.withUnsafeMutableBufferPointer { results in
    parallelFor(chunks: count) { number in results[number] = Swift.Result { try body(number) } }
  }
  return try results.compactMap { $0 }.map { try $0.get() }
}
