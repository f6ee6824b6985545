import EngramKit

/// The loss along a line through the weights, and what Gaussian smoothing makes of it.
public struct LossLandscape: Analysis {
  public static let name = "loss-landscape"
  public static let summary =
    "Loss along a line through the weights, smoothed by a Gaussian, and the slopes of both."
  public static let reference =
    "Hazelden et al. (2023) arXiv:2311.10869; Li et al. (2018) arXiv:1712.09913 for directions"
  public static let parameters: [Parameter<Self>] = [
    .real("radius", \.radius, unit: .one, in: 1e-12...1e6, "Greatest distance from the weights."),
    .integer("points", \.points, in: 3...1_000_000, "Points of the line between minus and plus the radius."),
    .real("sigma", \.sigma, unit: .one, in: 1e-12...1e6, "Width of the Gaussian along the line."),
    .integer("trials", \.trials, in: 1...1_000_000, "Trials in the batch."),
    .text("blocks", \.blocks, "Blocks that are moved, with commas; empty: all trained ones."),
  ]
  public static let writes = [
    Dataset("landscape/distance", .array, ["point"], unit: .one, "Distance from the weights along the line."),
    Dataset("landscape/loss", .array, ["point"], unit: .one, "Loss."),
    Dataset("landscape/smoothed", .array, ["point"], unit: .one, "Loss smoothed by the Gaussian."),
    Dataset("landscape/slope", .array, ["point"], unit: .one, "Central differences of the loss."),
    Dataset(
      "landscape/smoothed_slope", .array, ["point"], unit: .one, "Central differences of the smoothed loss."),
    Dataset(
      "landscape/roughness", .array, [], unit: .one,
      "Root mean square slope of the loss over that of the smoothed one."),
  ]
  public static let figures = [
    Figure(
      "landscape", "Loss along a line through the weights", x: .init("distance"), y: .init("loss"),
      [
        .line(x: "landscape/distance", y: "landscape/loss", label: "loss"),
        .line(x: "landscape/distance", y: "landscape/smoothed", label: "smoothed"),
      ],
      caption: "What a local gradient sees, and what evolution sees."),
    Figure(
      "slopes", "Slopes along the line", x: .init("distance"), y: .init("slope"),
      [
        .line(x: "landscape/distance", y: "landscape/slope", label: "loss"),
        .line(x: "landscape/distance", y: "landscape/smoothed_slope", label: "smoothed"),
      ],
      caption: "Slopes by central differences; steps in the loss make those of the loss useless."),
  ]

  var radius = 0.5
  var points = 101
  var sigma = 0.1
  var trials = 16
  var blocks = ""

  public init() {}

  public var needs: Evidence { .loss }

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let probe else {
      throw Problem("loss-landscape needs a model", fix: "name a training or a model with `on`")
    }
    let batch = try probe.source.batch(Array(0..<trials), .train, &random)
    let weights = try probe.weights(max(0, probe.updates.count - 1))
    let direction = try direction(weights, &random)
    let trials = probe.trials(batch, RandomStream(seed: random.next()))
    // The Gaussian reaches four widths beyond the line that is shown.
    let spacing = 2 * radius / Double(points - 1)
    let margin = Int((4 * sigma / spacing).rounded(.up))
    let count = points + 2 * margin
    func distance(_ k: Int) -> Double { -radius + spacing * Double(k - margin) }
    let losses = try trials.losses(count) { k in
      try weights.combined(with: direction) { $0 + distance(k) * $1 }
    }
    let kernel = (-margin...margin).map { exp(-0.5 * pow(Double($0) * spacing / sigma, 2)) }
    let total = kernel.reduce(0, +)
    let smoothed = (margin..<margin + points).map { centre in
      zip(kernel, losses[centre - margin...centre + margin]).reduce(0) { $0 + $1.0 * $1.1 } / total
    }
    let shown = Array(losses[margin..<margin + points])
    let (slope, smoothedSlope) = (differences(shown, spacing), differences(smoothed, spacing))
    try outputs.put("landscape/distance", (margin..<margin + points).map(distance))
    try outputs.put("landscape/loss", shown)
    try outputs.put("landscape/smoothed", smoothed)
    try outputs.put("landscape/slope", slope)
    try outputs.put("landscape/smoothed_slope", smoothedSlope)
    func size(_ x: [Double]) -> Double { (x.reduce(0) { $0 + $1 * $1 } / Double(x.count)).squareRoot() }
    try outputs.put("landscape/roughness", size(slope) / size(smoothedSlope))
  }

  /// A random direction of length 1 in the blocks that are moved, 0 in the others.
  private func direction(_ weights: Weights, _ random: inout RandomStream) throws -> Weights {
    let names = blocks.split(separator: ",").map { $0.filter { $0 != " " } }
    for name in names { _ = try weights.double(name) }
    var direction = weights.zeroed
    for (place, block) in direction.blocks.enumerated() where names.isEmpty || names.contains(block.name) {
      direction.blocks[place].values = .float64(random.normalTensor(shape: block.values.shape))
    }
    let norm = direction.norm
    for (place, block) in direction.blocks.enumerated() {
      direction.blocks[place].values = .float64(block.values.double.map { $0 / norm })
    }
    return direction
  }

  /// Central differences, one-sided at the ends.
  private func differences(_ y: [Double], _ spacing: Double) -> [Double] {
    y.indices.map { k in
      let (low, high) = (max(0, k - 1), min(y.count - 1, k + 1))
      return (y[high] - y[low]) / (spacing * Double(high - low))
    }
  }
}
