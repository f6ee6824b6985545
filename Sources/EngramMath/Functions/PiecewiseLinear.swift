/// A continuous function of one variable that is linear between its kinks, such as a sum of rectified units.
public struct PiecewiseLinear: Sendable {
  /// Where the function bends, ascending.
  public let kinks: [Double]
  /// Slope, and value extrapolated to 0, of the line before the first kink, between the kinks, and after the last one.
  private let lines: [(slope: Double, offset: Double)]

  /// The function slope x + offset + sum over k of weight[k] max(factor[k] x + bias[k], 0).
  public init(slope: Double, offset: Double, units: [(weight: Double, factor: Double, bias: Double)]) {
    var line = (slope: slope, offset: offset)
    var changes: [(kink: Double, slope: Double, offset: Double)] = []
    for unit in units {
      guard unit.factor != 0 else {
        line.offset += unit.weight * max(unit.bias, 0)
        continue
      }
      let own = (slope: unit.weight * unit.factor, offset: unit.weight * unit.bias)
      // A unit that falls with x is active before its kink, one that rises after it.
      if unit.factor < 0 { line = (line.slope + own.slope, line.offset + own.offset) }
      let sign: Double = unit.factor < 0 ? -1 : 1
      changes.append((-unit.bias / unit.factor, sign * own.slope, sign * own.offset))
    }
    changes.sort { $0.kink < $1.kink }
    kinks = changes.map(\.kink)
    var lines = [line]
    for change in changes {
      line = (line.slope + change.slope, line.offset + change.offset)
      lines.append(line)
    }
    self.lines = lines
  }

  /// The value at `x`.
  public func value(at x: Double) -> Double {
    let line = kinks.withUnsafeBufferPointer { lines[Self.below(x, $0)] }
    return line.slope * x + line.offset
  }

  /// Moves every `x` by `dt` times the function's value there plus `spread` times its `noise` (as many as `x`).
  ///
  /// - Complexity: O(log kinks) each; on several threads, with the same result for any number of them.
  public func move(_ x: inout [Double], dt: Double, spread: Double, noise: [Double]) {
    precondition(noise.count == x.count, "\(noise.count) noises for \(x.count) places")
    x.withUnsafeMutableBufferPointer { x in
      noise.withUnsafeBufferPointer { noise in
        kinks.withUnsafeBufferPointer { kinks in
          lines.withUnsafeBufferPointer { lines in
            parallelFor(x.count, grain: 2048) { range in
              for i in range {
                let line = lines[Self.below(x[i], kinks)]
                x[i] += dt * (line.slope * x[i] + line.offset) + spread * noise[i]
              }
            }
          }
        }
      }
    }
  }

  /// How many kinks lie below `x`, by halving without branches that depend on `x`.
  @inline(__always)
  private static func below(_ x: Double, _ kinks: UnsafeBufferPointer<Double>) -> Int {
    var (first, count) = (0, kinks.count)
    while count > 0 {
      let half = count >> 1
      let isAbove = kinks[first + half] < x
      first = isAbove ? first + half + 1 : first
      count = isAbove ? count - half - 1 : half
    }
    return first
  }
}
