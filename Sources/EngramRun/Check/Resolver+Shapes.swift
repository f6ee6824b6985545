import EngramKit

extension Resolver {
  /// Binds the axes' symbols to the lengths that are known, step by step, and reports where two differ.
  ///
  /// - Returns: Known shapes of what steps write, by `step/dataset`.
  @discardableResult
  func checkShapes(_ order: [PlannedStep]) -> [String: [Int]] {
    var shapes: [String: [Int]] = [:]
    for planned in order {
      var bound: [String: (length: Int, dataset: String)] = [:]
      for dataset in planned.description.reads {
        guard let source = planned.reads[dataset.name], let shape = shape(of: source, as: dataset, shapes),
          let read = planned.step.read.first(where: { $0.dataset == dataset.name })
        else { continue }
        let axes =
          planned.step.overRuns && dataset.axes.first != "run" ? ["run"] + dataset.axes : dataset.axes
        bind(shape, axes, of: dataset, planned, at: read.reference.mark, into: &bound)
      }
      for written in planned.description.writes {
        let lengths = written.axes.compactMap { bound[$0]?.length }
        if lengths.count == written.axes.count { shapes["\(planned.id)/\(written.name)"] = lengths }
      }
    }
    return shapes
  }

  private func shape(of source: Source, as dataset: Dataset, _ shapes: [String: [Int]]) -> [Int]? {
    switch source {
    case .step(let id, let name):
      guard let shape = shapes["\(id)/\(name)"] else { return nil }
      return planned(id)?.step.overRuns == false && shape.isEmpty ? [] : shape
    case .file(let path, let object):
      return files.shape(resolvedPath(path, in: experiment.folder), object, as: dataset)
    case .sweep, .joined: return nil
    }
  }

  private func bind(
    _ shape: [Int], _ axes: [String], of dataset: Dataset, _ planned: PlannedStep, at mark: Mark,
    into bound: inout [String: (length: Int, dataset: String)]
  ) {
    guard dataset.kind != .spikes, !dataset.hasOpenAxes, !planned.step.overRuns else { return }
    guard shape.count == axes.count else {
      return findings.add(
        "\(dataset.name) of \(planned.description.name) has the axes [\(axes.joined(separator: ", "))]; "
          + "what it reads has shape \(shape)", at: mark, fix: "read a dataset with \(axes.count) axes")
    }
    for (axis, length) in zip(axes, shape) {
      if let earlier = bound[axis], earlier.length != length {
        findings.add(
          earlier.dataset == dataset.name
            ? "\(dataset.name) has shape \(shape), but its axes '\(axis)' should be equally long"
            : "\(dataset.name) has \(length) along '\(axis)', \(earlier.dataset) has \(earlier.length)",
          at: mark, fix: "read datasets of the same \(axis)s")
        return
      }
      bound[axis] = (length, dataset.name)
    }
  }
}
