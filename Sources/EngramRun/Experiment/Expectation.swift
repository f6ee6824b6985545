import EngramKit

/// A statement about the results that `run` tests and `reproduce` rests on.
public struct Expectation: Sendable {
  public var mark: Mark
  /// What the report calls it; by default the value's name.
  public var title: String
  public var value: Measured
  public var bounds: [Bound]
  /// The number in the paper, as a reader should see it.
  public var published: String?
  /// Where that number stands.
  public var source: String?

  /// One number of the results, over all runs or those of one sweep point.
  public struct Measured: Sendable {
    public var step: String
    public var dataset: String
    /// Position along each axis, counted from 0; empty for a scalar.
    public var index: [Int]
    public var over: Summary
    /// Only runs with these swept values.
    public var only: [Experiment.SweptValue]
    public var mark: Mark

    /// `step/dataset`, with its position.
    public var name: String {
      "\(step)/\(dataset)" + (index.isEmpty ? "" : "[" + index.map(String.init).joined(separator: ",") + "]")
    }
  }

  /// How the runs' numbers become one.
  public enum Summary: String, Sendable, CaseIterable {
    case median, mean, minimum, maximum, sd, first
  }

  /// One side of a comparison.
  public struct Bound: Sendable {
    public enum Relation: String, Sendable { case above, below, atLeast, atMost, equals }
    public var relation: Relation
    public var limit: Limit
  }

  /// A number, or `times` another measured number `plus` a constant.
  public enum Limit: Sendable {
    case number(Double)
    case measured(Measured, times: Double, plus: Double)
  }
}
