import EngramKit

/// Classes of striped images read row by row, each trial a template under pixel noise: sequence classification without a download.
public struct RowPattern: TaskModel, Model {
  public static let name = "row-pattern"
  public static let summary = "Noisy templates presented row by row, to be classified at the last row."
  public static let reference =
    "Engram; I_c(t, j) = 1 where sin(0.35 (c + 1) t + 0.9 j) + cos(0.5 (c + 2) j - 0.3 t) > 0.3"
  public static let parameters: [Parameter<Self>] = [
    .integer("classes", \.classes, in: 2...1000, "Number of templates."),
    .integer("size", \.size, in: 1...1000, "Rows, which are steps, and pixels of a row, which are channels."),
    .real("noise", \.noise, unit: .one, in: 0...1e6, "Standard deviation of the normal noise of each pixel."),
    .integer("train", \.train, in: 1...10_000_000, "Training trials, made once."),
    .integer("validate", \.validate, in: 0...10_000_000, "Validation trials."),
    .integer("test", \.test, in: 0...10_000_000, "Test trials."),
  ]
  public static let writes = [
    Dataset("trials/input", ["trial", "time", "channel"], unit: .one, "Training trials."),
    Dataset("trials/label", ["trial"], unit: .one, "Class of each, from 0."),
  ]

  var classes = 10
  var size = 14
  var noise = 1.0
  var train = 300
  var validate = 0
  var test = 1000

  public init() {}

  public var timeUnit: Unit { .one }

  /// The template of class `c`: pixel j of row t.
  func pixel(_ c: Int, _ t: Int, _ j: Int) -> Double {
    let (c, t, j) = (Double(c), Double(t), Double(j))
    return sin(0.35 * (c + 1) * t + 0.9 * j) + cos(0.5 * (c + 2) * j - 0.3 * t) > 0.3 ? 1 : 0
  }

  private func make(_ count: Int, _ random: inout RandomStream) -> (input: Tensor<Double>, labels: [Int]) {
    let labels = (0..<count).map { _ in random.below(classes) }
    var pixels = random.normals(count * size * size, as: Double.self)
    for (trial, label) in labels.enumerated() {
      for t in 0..<size {
        for j in 0..<size {
          let place = (trial * size + t) * size + j
          pixels[place] = pixel(label, t, j) + noise * pixels[place]
        }
      }
    }
    return (Tensor(pixels, shape: [count, size, size]), labels)
  }

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    let all = make(train + validate + test, &random)
    return StoredSource(
      input: all.input, target: .labels(all.labels), outputs: classes,
      picks: [
        .train: Array(0..<train), .validate: Array(train..<train + validate),
        .test: Array(train + validate..<train + validate + test),
      ])
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> Batch {
    let made = make(train, &random)
    return Batch(input: made.input, target: .labels(made.labels))
  }

  public func record(_ state: inout Batch, into outputs: inout Outputs) throws {
    try outputs.put("trials/input", state.input)
    if case .labels(let labels) = state.target { try outputs.put("trials/label", labels.map(Double.init)) }
  }
}
