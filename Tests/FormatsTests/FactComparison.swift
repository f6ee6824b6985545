import Foundation
import Testing

private func fail(_ why: String) { Issue.record(Comment(rawValue: why)) }

/// Compares what a fact names; numbers to 1e-12 of their size, which is what the order of addition may change.
func expectFact(_ found: Any, equals wanted: Any, in path: String) {
  switch wanted {
  case let wanted as [String: Any]:
    guard let found = found as? [String: Any] else { return fail("\(path): \(found) is no object") }
    for (key, value) in wanted {
      guard let own = found[key] else { return fail("\(path): we have no \(key)") }
      expectFact(own, equals: value, in: "\(path).\(key)")
    }
  case let wanted as [Any]:
    guard let found = found as? [Any], found.count == wanted.count else {
      return fail("\(path): \(found), not \(wanted)")
    }
    for (own, value) in zip(found, wanted) { expectFact(own, equals: value, in: path) }
  case is NSNull:
    #expect(found is NSNull, "\(path)")
  case let wanted as String:
    #expect((found as? String) == wanted, "\(path)")
  case let wanted as NSNumber:
    if path.hasSuffix(".sorting"), let word = found as? String {
      #expect(["none", "by_id", "by_time"].firstIndex(of: word) == wanted.intValue, "\(path)")
      return
    }
    guard let own = (found as? NSNumber)?.doubleValue ?? (found as? UInt64).map(Double.init) else {
      return fail("\(path): \(found), not \(wanted)")
    }
    let difference = abs(own - wanted.doubleValue)
    #expect(difference <= 1e-12 * max(1, abs(wanted.doubleValue)), "\(path): \(own), not \(wanted)")
  default: Issue.record("\(path): a fact of unknown type")
  }
}
