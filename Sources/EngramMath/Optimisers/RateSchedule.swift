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
