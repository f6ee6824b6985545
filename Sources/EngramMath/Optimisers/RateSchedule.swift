import Glibc

/// The learning rate over training, as a factor of the base rate.
public enum RateSchedule: Sendable, Equatable {
  case constant
  /// Times `factor` after each `every` updates.
  case steps(every: Int, factor: Double)
  /// Times `factor` after each update.
  case exponential(factor: Double)
  /// Half a cosine from 1 at the first update to `least` after `updates`.
  case cosine(updates: Int, least: Double = 0)
  /// Rising in a line over `updates` updates, then constant.
  case warmup(updates: Int)

  /// The factor at `update`, counted from 0.
  public func factor(at update: Int) -> Double {
    switch self {
    case .constant: 1
    case .steps(let every, let factor): pow(factor, Double(update / max(1, every)))
    case .exponential(let factor): pow(factor, Double(update))
    case .cosine(let updates, let least):
      least + (1 - least) * 0.5 * (1 + cos(.pi * min(1, Double(update) / Double(max(1, updates)))))
    case .warmup(let updates): min(1, Double(update + 1) / Double(max(1, updates)))
    }
  }
}

/// Shrinks all gradients by one factor when their common 2-norm exceeds `limit`.
///
/// - Returns: The norm before.
@discardableResult
@inlinable
public func clip<Element: Real>(_ gradients: inout [[Element]], norm limit: Double) -> Double {
  var square = 0.0
  for gradient in gradients { for value in gradient { square += Double(value) * Double(value) } }
  let norm = square.squareRoot()
  guard norm > limit else { return norm }
  let factor = Element(limit / norm)
  for k in gradients.indices { for i in gradients[k].indices { gradients[k][i] *= factor } }
  return norm
}
