import EngramKit

/// Leading eigenvalues of the Hessian of the exact loss, at the end of a training or along it.
public struct HessianSpectrum: Analysis {
  public static let name = "hessian-spectrum"
  public static let summary =
    "Leading eigenpairs of the Hessian of the loss at trained weights, with their signs."
  public static let reference =
    "Liu et al. (2022) arXiv:2206.00823; Pearlmutter (1994) Neural Comput. 6, 147; Lehoucq et al. (1998) ARPACK"
  public static let parameters: [Parameter<Self>] = [
    .text("block", \.block, "Weight blocks that vary, with commas; empty takes all trained ones."),
    .choice(
      "diagonal", \.diagonal,
      "Whether autapses of square blocks vary: `model` leaves them out where the model pins them to zero."),
    .real(
      "l2", \.l2, unit: .one, in: 0...1e6, "Weight decay of the training, which is added to every eigenvalue."
    ),
    .choice("split", \.split, "Which trials the loss is taken on."),
    .integer("trials", \.trials, in: 1...1_000_000, "Number of trials, the same ones at every checkpoint."),
    .choice(
      "method", \.method,
      "`lanczos`: several signed pairs; `power`: the largest magnitude, as published; `dense`: every eigenvalue."
    ),
    .integer("pairs", \.pairs, in: 1...1000, "Largest eigenvalues wanted (lanczos)."),
    .integer("negative_pairs", \.negativePairs, in: 0...1000, "Smallest eigenvalues wanted (lanczos)."),
    .real(
      "tolerance", \.tolerance, unit: .one, in: 0...1,
      "Residual over magnitude (lanczos), or absolute change of the magnitude (power)."),
    .integer(
      "max_iterations", \.limit, in: 1...1_000_000,
      "Greatest number of products (power) or restarts (lanczos)."),
  ]
  public static let writes = [
    Dataset(
      "hessian/largest", .array, ["checkpoint", "pair"], unit: .one, "Largest eigenvalues, descending."),
    Dataset(
      "hessian/smallest", .array, ["checkpoint", "pair"], unit: .one,
      "Smallest eigenvalues, ascending (lanczos, dense)."),
    Dataset(
      "hessian/residual", .array, ["checkpoint", "pair"], unit: .one,
      "Norm of H v - lambda v for each of the largest."),
    Dataset(
      "hessian/lambda_t", .array, ["checkpoint"], unit: .one,
      "Largest magnitude of an eigenvalue at each checkpoint."),
    Dataset("hessian/iteration", .array, ["checkpoint"], unit: .one, "Updates made before each checkpoint."),
    Dataset("hessian/loss", .array, ["checkpoint"], unit: .one, "Loss on the trials, without weight decay."),
    Dataset(
      "hessian/products", .array, ["checkpoint"], unit: .one, "Products of the Hessian with a direction."),
    Dataset(
      "hessian/converged", .array, ["checkpoint"], unit: .one, "1 where all wanted pairs converged, else 0."),
    Dataset(
      "hessian/mixed_sign", .array, ["checkpoint"], unit: .one,
      "1 where eigenvalues of both signs share the largest magnitude, else 0."),
    Dataset("hessian/lambda", .array, [], unit: .one, "Largest magnitude at the last checkpoint."),
    Dataset("hessian/rayleigh", .array, [], unit: .one, "The same eigenvalue with its sign."),
    Dataset("hessian/lambda_max", .array, [], unit: .one, "Largest eigenvalue at the last checkpoint."),
    Dataset("hessian/iterations", .array, [], unit: .one, "Products at the last checkpoint."),
    Dataset(
      "hessian/vector", .array, ["post_or_entry"], unit: .one,
      "Its eigenvector, norm one: in the shape of the block where one block varies, else the free entries."),
    Dataset(
      "hessian/eigenvalues", .array, ["entry"], unit: .one, "All eigenvalues at the last checkpoint (dense)."),
    Dataset("hessian/trace", .array, [], unit: .one, "Their sum (dense)."),
    Dataset("hessian/diagonal_masked", .array, [], unit: .one, "1 where autapses were left out, else 0."),
  ]
  public static let figures = [
    Figure(
      "curvature", "Curvature along training", x: .init("updates"), y: .init("eigenvalue"),
      [.line(x: "hessian/iteration", y: "hessian/largest", label: "eigenvalue")],
      caption: "Largest eigenvalues of the Hessian of the exact loss, whatever rule trained the weights."),
    Figure(
      "spectrum", "Spectrum", x: .init("eigenvalue"), y: .init("count", logarithmic: true),
      [.histogram("hessian/eigenvalues", label: "eigenvalues")],
      caption: "All eigenvalues at the last checkpoint."),
  ]

  enum Method: String, CaseIterable, Sendable { case lanczos, power, dense }

  var block = "W"
  var diagonal = FreeWeights.Diagonal.model
  var l2 = 0.0
  var split = Split.train
  var trials = 256
  var method = Method.lanczos
  var pairs = 3
  var negativePairs = 1
  var tolerance = 1e-6
  var limit = 500

  public init() {}

  public var needs: Evidence { [.loss, .curvature] }

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let probe else { throw Problem("\(Self.name) needs a model", fix: "name a rule step: `on: train`") }
    let batch = try probe.batch(split, trials, random.substream(1))
    var found: [LeadingCurvature] = []
    var losses: [Double] = []
    for checkpoint in probe.updates.indices {
      let weights = try probe.weights(checkpoint)
      let free = try FreeWeights(block, diagonal, of: weights, probe.model)
      let noise = random.substream(2)
      let product = try probe.model.curvature(batch, at: weights, noise)
      var start = random.substream(3)
      let spectrum = try LeadingCurvature(self, free, start: start.normals(free.count)) { vector in
        let along = free.vector(try product(free.weights(vector)))
        guard along.allSatisfy(\.isFinite) else {
          throw Problem(
            "the Hessian after update \(probe.updates[checkpoint]) is not finite",
            fix: "look at an earlier checkpoint: the training diverged")
        }
        return zip(along, vector).map { $0 + l2 * $1 }
      }
      var same = noise
      losses.append(
        try probe.model.trial(batch, at: weights, Request(.loss), &same) { _ in }.loss ?? .nan)
      found.append(spectrum)
      outputs.progress(Double(checkpoint + 1) / Double(probe.updates.count), "checkpoints")
      if checkpoint == probe.updates.count - 1 { try write(spectrum, free, into: outputs) }
    }
    try writeSeries(found, losses, probe, into: outputs)
  }

  private func writeSeries(
    _ found: [LeadingCurvature], _ losses: [Double], _ probe: Probe, into outputs: Outputs
  ) throws {
    try outputs.put("hessian/largest", table(found.map(\.largest)))
    if method != .power, negativePairs > 0 {
      try outputs.put("hessian/smallest", table(found.map(\.smallest)))
    }
    if method != .dense { try outputs.put("hessian/residual", table(found.map(\.residuals))) }
    try outputs.put("hessian/lambda_t", found.map(\.leading.magnitude))
    try outputs.put("hessian/iteration", probe.updates.map(Double.init))
    try outputs.put("hessian/loss", losses)
    try outputs.put("hessian/products", found.map { Double($0.products) })
    try outputs.put("hessian/converged", found.map { $0.isConverged ? 1 : 0 })
    try outputs.put("hessian/mixed_sign", found.map { $0.isMixed ? 1 : 0 })
    let missed = found.count { !$0.isConverged }
    if missed > 0 {
      outputs.note(
        "at \(missed) of \(found.count) checkpoints not all pairs converged; missing ones are NaN: raise max_iterations"
      )
    }
    if found.contains(where: \.isMixed) {
      outputs.note(
        "eigenvalues of both signs share the largest magnitude at some checkpoint; see hessian/mixed_sign")
    }
  }

  private func write(_ last: LeadingCurvature, _ free: FreeWeights, into outputs: Outputs) throws {
    try outputs.put("hessian/lambda", last.leading.magnitude)
    try outputs.put("hessian/rayleigh", last.leading)
    if let greatest = last.largest.first { try outputs.put("hessian/lambda_max", greatest) }
    try outputs.put("hessian/iterations", Double(last.products))
    try outputs.put("hessian/vector", free.shaped(last.vector))
    try outputs.put("hessian/diagonal_masked", free.leavesOutDiagonal ? 1 : 0)
    guard method == .dense else { return }
    try outputs.put("hessian/eigenvalues", last.all)
    try outputs.put("hessian/trace", last.all.reduce(0, +))
  }

  /// Rows of one length, NaN where a pair did not converge.
  private func table(_ rows: [[Double]]) -> Matrix {
    let width = rows.map(\.count).max() ?? 0
    return Matrix(
      rows.flatMap { $0 + Array(repeating: .nan, count: width - $0.count) }, shape: [rows.count, width])
  }
}
