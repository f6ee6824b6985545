import EngramKit

/// Stored images read row by row, to be classified at the last row: sequential MNIST, or any images a user has.
public struct SequentialDigits: TaskModel {
  public static let name = "sequential-digits"
  public static let summary = "Stored images presented row by row, to be classified at the last row."
  public static let reference = "Le, Jaitly & Hinton (2015) arXiv:1504.00941; by rows as in arXiv:2206.00823"
  public static let parameters: [Parameter<Self>] = [
    .integer("rows", \.rows, in: 0...1_000_000, "Rows of an image, which become steps; 0 for square images."),
    .real("scale", \.scale, unit: .one, in: -1e9...1e9, "Factor applied to every pixel, such as 1/255."),
    .real(
      "validate_fraction", \.validateFraction, unit: .one, in: 0...1,
      "Share of the images kept for validation."),
    .real("test_fraction", \.testFraction, unit: .one, in: 0...1, "Share of the images kept for the test."),
    .integer(
      "split_seed", \.splitSeed, in: 0...1_000_000_000,
      "Chooses the images of each split, alike in every step and run; 0 takes the last for the test, as stored."
    ),
    .real(
      "test_noise", \.testNoise, unit: .one, in: 0...1e9,
      "Standard deviation of normal noise added to the pixels of test images, after scaling."),
    .flag("clip", \.clip, "Whether noisy pixels are kept within 0 and 1."),
  ]
  public static let reads = [
    Dataset(
      "trials/input", .array, ["trial", "row_or_channel"],
      anyUnit: "Images [trial, pixel] or [trial, row, column]."),
    Dataset("trials/label", .array, ["trial"], unit: .one, "Class of each image, from 0."),
  ]

  var rows = 0
  var scale = 1.0
  var validateFraction = 0.0
  var testFraction = 0.0
  var splitSeed = 1
  var testNoise = 0.0
  var clip = true

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    let stored = try inputs.tensor("trials/input")
    guard stored.rank == 2 || stored.rank == 3, stored.count > 0 else {
      throw Problem(
        "trials/input has shape \(stored.shape); it should be [trial, pixel] or [trial, row, column]")
    }
    let steps = try steps(stored)
    let values = try inputs.vector("trials/label")
    guard values.count == stored.rows else {
      throw Problem("\(values.count) labels for \(stored.rows) images")
    }
    guard values.allSatisfy({ $0 >= 0 && $0 < 1e6 && $0 == $0.rounded() }) else {
      throw Problem("trials/label holds a value that is no class", fix: "number the classes 0, 1, 2, ...")
    }
    var pixels = stored.elements.map { $0 * scale }
    var choosing = RandomStream(seed: UInt64(splitSeed))
    let order =
      splitSeed == 0
      ? Array((0..<stored.rows).reversed()) : (0..<stored.rows).shuffled(using: &choosing)
    let tested = Int((testFraction * Double(stored.rows)).rounded())
    let validated = Int((validateFraction * Double(stored.rows)).rounded())
    guard tested + validated < stored.rows else {
      throw Problem(
        "validation and test take \(tested + validated) of \(stored.rows) images, none is left to train on",
        fix: "lower validate_fraction or test_fraction")
    }
    let test = order.prefix(tested).sorted()
    if testNoise > 0 {
      for image in test {
        let noise = random.normals(stored.rowLength, as: Double.self)
        for (place, step) in zip(image * stored.rowLength..<(image + 1) * stored.rowLength, noise) {
          let noisy = pixels[place] + testNoise * step
          pixels[place] = clip ? min(1, max(0, noisy)) : noisy
        }
      }
    }
    return StoredSource(
      input: Tensor(pixels, shape: [stored.rows, steps, stored.rowLength / steps]),
      target: .labels(values.map { Int($0) }),
      picks: [
        .test: test, .validate: order.dropFirst(tested).prefix(validated).sorted(),
        .train: order.dropFirst(tested + validated).sorted(),
      ])
  }

  /// Rows of an image.
  private func steps(_ stored: Tensor<Double>) throws -> Int {
    if stored.rank == 3, rows == 0 { return stored.shape[1] }
    let pixels = stored.rowLength
    let steps = rows > 0 ? rows : Int(Double(pixels).squareRoot().rounded())
    guard pixels.isMultiple(of: max(1, steps)), rows > 0 || steps * steps == pixels else {
      throw Problem(
        "images of \(pixels) pixels " + (rows > 0 ? "have no \(rows) equal rows" : "are not square"),
        fix: "set `rows` to the number of rows of an image")
    }
    return steps
  }
}
