/// Numbers in memory that are seen as lanes or one by one; it owns the memory, and its class keeps them at one address.
///
/// The number of elements is rounded up to whole lanes; what lies beyond stays 0 or is never read.
final class LaneArray<L: Lanes> {
  let lanes: UnsafeMutablePointer<L>
  /// Number of lanes.
  let count: Int

  /// `elements` zeros.
  init(_ elements: Int) {
    count = (elements + L.scalarCount - 1) / L.scalarCount
    lanes = .allocate(capacity: max(1, count))
    lanes.initialize(repeating: .zero, count: max(1, count))
  }

  /// The elements of an array.
  convenience init(_ elements: [L.Scalar]) {
    self.init(elements.count)
    for (i, element) in elements.enumerated() { self.elements[i] = element }
  }

  deinit { lanes.deallocate() }

  /// The same memory, element by element.
  var elements: UnsafeMutablePointer<L.Scalar> {
    UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: L.Scalar.self)
  }

  func copy(from other: LaneArray, at place: Int = 0) {
    lanes.update(from: other.lanes + place * count, count: count)
  }

  func clear() { lanes.update(repeating: .zero, count: count) }
}
