import EngramKit

/// Draw a sum of sinusoids from constant-frequency inputs: regression at every step.
public struct PatternGeneration: TaskModel {
  public static let name = "pattern-generation"
  public static let summary = "Follow a sum of sinusoids, with sinusoids of other frequencies as input."
  public static let reference = "Liu et al. (2022) arXiv:2206.01338 names the task; its numbers are Engram's"
  public static let parameters: [Parameter<Self>] = [
    .integer("steps", \.steps, in: 1...10_000_000, "Time steps of a trial."),
    .real("dt", \.dt, unit: .millisecond, in: 1e-6...1e6, "Time step."),
    .reals("frequencies", \.frequencies, unit: .hertz, in: 0...1e6, "Frequencies of the target."),
    .reals("amplitudes", \.amplitudes, unit: .one, in: -1e6...1e6, "Their amplitudes; one stands for all."),
    .real(
      "phase", \.phase, unit: .one, in: -1e6...1e6, "Phase of the i-th sinusoid is i times this, i from 1."),
    .reals("inputs", \.inputFrequencies, unit: .hertz, in: 0...1e6, "Frequency of each input channel."),
    .real(
      "noise", \.noise, unit: .one, in: 0...1e6, "Standard deviation of the noise of each input and step."),
  ]

  var steps = 200
  var dt = 10.0
  var frequencies = [0.5, 1, 1.5, 2]
  var amplitudes = [1.0]
  var phase = 0.7
  var inputFrequencies = [0.5, 1, 1.5, 2, 2.5]
  var noise = 0.01

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    guard !frequencies.isEmpty, !inputFrequencies.isEmpty else {
      throw Problem("a pattern needs at least one frequency and one input")
    }
    guard amplitudes.count == 1 || amplitudes.count == frequencies.count else {
      throw Problem(
        "\(amplitudes.count) amplitudes do not fit \(frequencies.count) frequencies",
        fix: "give one for each, or one for all")
    }
    func angle(_ frequency: Double, _ t: Int) -> Double { 2 * .pi * frequency * Double(t) * dt / 1000 }
    let target = (1...steps).map { t -> Double in
      var sum = 0.0
      for (i, frequency) in frequencies.enumerated() {
        let amplitude = amplitudes[amplitudes.count == 1 ? 0 : i]
        sum += amplitude * sin(angle(frequency, t) + phase * Double(i + 1))
      }
      return sum / Double(frequencies.count)
    }
    let drive = (1...steps).flatMap { t in inputFrequencies.map { sin(angle($0, t)) } }
    return Source(drive: drive, target: target, channels: inputFrequencies.count, noise: noise)
  }

  private struct Source: TrialSource {
    let drive: [Double]
    let target: [Double]
    let channels: Int
    let noise: Double

    var shape: TrialShape {
      TrialShape(steps: target.count, inputs: channels, outputs: 1, classes: false)
    }

    func count(_ split: Split) -> Int? { nil }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      var input: Tensor<Double> = random.normalTensor(
        shape: [picks.count, target.count, channels], mean: 0, sd: noise)
      for trial in picks.indices {
        for (place, value) in drive.enumerated() { input.elements[trial * drive.count + place] += value }
      }
      let wanted = Tensor(picks.flatMap { _ in target }, shape: [picks.count, target.count, 1])
      return Batch(input: input, target: .values(wanted), mode: split == .train ? .train : .evaluate)
    }
  }
}
