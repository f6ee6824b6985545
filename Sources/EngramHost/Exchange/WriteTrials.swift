import EngramData
import EngramKit

extension WriteExchange {
  /// A batch as group `batch`: `input`, and `target` or `labels` where there is one.
  static func batch(_ batch: Batch, to root: H5Group) throws {
    let group = try root.createGroup("batch")
    _ = try group.write("input", batch.input.elements, shape: batch.input.shape)
    switch batch.target {
    case .none: break
    case .labels(let labels): _ = try group.write("labels", labels.map { Int64($0) })
    case .labelsByStep(let labels):
      _ = try group.write("labels", labels.elements.map { Int64($0) }, shape: labels.shape)
    case .values(let values): _ = try group.write("target", values.elements, shape: values.shape)
    }
  }

  /// One step of one block as group `traces/NUMBER`: `pre`, `post`, and `slope`, `feedback` where there are any.
  static func trace(_ trace: Trace, number: Int, to root: H5Group) throws {
    let group = try root.createGroup("traces/\(number)")
    try group.attributes.set("block", trace.block)
    try group.attributes.set("step", Int64(trace.step))
    for (name, values) in [
      ("pre", trace.pre), ("post", trace.post), ("slope", trace.slope), ("feedback", trace.feedback),
    ] where !values.shape.contains(0) {
      _ = try group.write(name, values.double.elements, shape: values.shape)
    }
  }
}
