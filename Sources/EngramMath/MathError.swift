/// Why a computation has no result; whoever called it adds the place.
public enum MathError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The quantity has no value for these numbers.
  case undefined(String)
  /// Shapes that do not fit together.
  case shape(String)
  /// The request cannot be met (a correlation beyond its bound, a singular matrix).
  case infeasible(String)
  /// An iteration stopped before it converged.
  case notConverged(String)
  /// NaN or infinity where a finite number is needed.
  case notFinite(String)

  public var description: String {
    switch self {
    case .undefined(let why), .shape(let why), .infeasible(let why), .notConverged(let why),
      .notFinite(let why):
      why
    }
  }
}
