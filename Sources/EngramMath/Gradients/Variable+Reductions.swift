extension Variable {
  /// The sum of all elements; a scalar.
  public func sum() -> Variable { summed(to: [Int](repeating: 1, count: shape.count)).reshaped([]) }

  /// The mean of all elements; a scalar.
  public func mean() -> Variable { sum() / Element(value.count) }

  /// The sum over `axes`, which stay with length 1 when `keepingAxes`.
  public func sum(over axes: [Int], keepingAxes: Bool = false) -> Variable {
    let reduced = Set(axes.map { $0 < 0 ? $0 + shape.count : $0 })
    precondition(reduced.allSatisfy { shape.indices.contains($0) }, "shape \(shape) has no axes \(axes)")
    let kept = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
    let result = summed(to: kept)
    return keepingAxes
      ? result : result.reshaped(shape.indices.filter { !reduced.contains($0) }.map { shape[$0] })
  }

  /// The mean over `axes`, which stay with length 1 when `keepingAxes`.
  public func mean(over axes: [Int], keepingAxes: Bool = false) -> Variable {
    let result = sum(over: axes, keepingAxes: keepingAxes)
    return result.scaled(by: Element(result.value.count) / Element(value.count))
  }

  /// The mean squared deviation from the mean over `axes`, which stay with length 1 when `keepingAxes`.
  public func variance(over axes: [Int], keepingAxes: Bool = false) -> Variable {
    let centred = self - mean(over: axes, keepingAxes: true)
    return centred.applying(.square).mean(over: axes, keepingAxes: keepingAxes)
  }
}
