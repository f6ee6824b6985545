import EngramKit
import EngramReport
import Foundation

/// A page with every kind of layer, from numbers made here.
enum Gallery {
  static func numbers(_ values: [Double], _ shape: [Int]? = nil) -> Stored {
    .numbers(Tensor(values, shape: shape ?? [values.count]))
  }

  /// Roughly normal numbers: the sum of twelve uniform ones less six.
  static func noise(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in
      (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
    }
  }

  /// A loss that falls to `floor` within about `time` updates.
  static func loss(_ time: Double, floor: Double, seed: UInt64) -> [Double] {
    zip(0..<600, noise(600, seed: seed)).map { update, noise in
      let decay = 1.2 * exp(-Double(update) / time)
      return decay + floor * (1 + 0.4 * abs(noise))
    }
  }

  /// Waves that die away to the right; shape [40, 60].
  static func wave(_ i: Int, _ j: Int) -> Double {
    let x = Double(j)
    return sin(Double(i) / 6) * cos(x / 9) * exp(-x / 60)
  }

  static var datasets: [String: Stored] {
    let updates: [Double] = (0..<600).map { Double($0) }
    let loss = loss(90, floor: 0.02, seed: 1)
    let rules = loss + Self.loss(140, floor: 0.05, seed: 2) + Self.loss(190, floor: 0.2, seed: 3)
    let real = noise(300, seed: 4).map { $0 * 0.3 }
    let imaginary = noise(300, seed: 5).map { $0 * 0.2 }
    let spikes = noise(4000, seed: 6).map { 500 + 180 * $0 }
    let rows = (0..<4000).map { Double($0 * 7919 % 60) }
    let landscape: [Double] = (0..<40).flatMap { i in (0..<60).map { j in wave(i, j) } }
    let drive: [Double] = (0..<12).map { Double($0) * 0.5 + 0.5 }
    let eigenvalues: [Double] = zip(real, imaginary).flatMap { [$0, $1] } + [1.24, 0, 0.2, 0.8, 0.2, -0.8]
    let rates = drive.map { 4 * $0 * $0 / (1 + $0) }
    let types: [String] = (0..<60).map { ["E", "E", "I"][$0 % 3] }
    return [
      "updates": numbers(updates), "loss": numbers(rules, [3, 600]),
      "rules": .labels(["bptt", "modprop", "e-prop"]),
      "low": numbers(loss.map { $0 * 0.7 }), "high": numbers(loss.map { $0 * 1.4 }),
      "eigenvalues": numbers(eigenvalues, [303, 2]),
      "outliers": numbers([1.22, 0, 0.23, 0.79, 0.23, -0.79], [3, 2]), "bulk": numbers([0.9, 0.6]),
      "drive": numbers(drive), "rate": numbers(rates),
      "rate_error": numbers(drive.map { 0.2 + 0.1 * $0 }),
      "theory": numbers(rates.map { 1.02 * $0 }),
      "types": .labels(["PN", "KC", "MBIN", "MBON"]), "in": numbers([3.1, 18.4, 25.2, 40.6]),
      "degrees": numbers([3.1, 18.4, 25.2, 40.6, 12.5, 17.2, .nan, 9.4], [4, 2]),
      "degree_error": numbers([0.4, 1.2, 3, 4, 1, 2, 1, 0.4], [4, 2]), "directions": .labels(["in", "out"]),
      "weights": numbers(noise(2000, seed: 8)), "shuffled": numbers(noise(2000, seed: 9).map { 0.6 * $0 }),
      "matrix": numbers(noise(60 * 60, seed: 10), [60, 60]),
      "cells": .labels(types),
      "small": numbers([0.4, -0.8, 0.3, -0.2, 0.11, -0.5, 0.9, 0.02, -0.33], [3, 3]),
      "small_types": .labels(["E", "PV", "SST"]), "times": numbers(spikes), "units": numbers(rows),
      "landscape": numbers(landscape, [40, 60]), "lx": numbers((0..<60).map { Double($0) / 30 }),
      "ly": numbers((0..<40).map { Double($0) / 40 - 0.5 }),
      "pictures": numbers((0..<16 * 64).map { sin(Double($0) / 9) }, [16, 8, 8]),
      "threshold": numbers([0.1], []),
    ]
  }

  static let figures: [Figure] = [
    Figure(
      "spectrum", "Eigenvalues", x: .init("Real part"), y: .init("Imaginary part"),
      [
        .complex("eigenvalues", label: "eigenvalues"), .complex("outliers", label: "predicted outliers"),
        .ellipse("bulk", label: "predicted bulk"), .fixedVertical(1, label: "stability"),
      ], caption: "Every eigenvalue of the weights; those right of the dashed line make activity grow."),
    Figure(
      "learning", "Learning curves", x: .init("Update"), y: .init("Validation loss", logarithmic: true),
      [
        .band(x: "updates", lower: "low", upper: "high", label: ""),
        .line(x: "updates", y: "loss", label: "rule", names: "rules"),
        .horizontalRule("threshold", label: "solved"),
      ], caption: "Loss on held-out trials for each rule; the band is one standard deviation over runs."),
    Figure(
      "rates", "Rate against drive", x: .init("Drive", unit: .picoampere), y: .init("Rate", unit: .hertz),
      [
        .line(x: "drive", y: "theory", label: "theory"),
        .points(x: "drive", y: "rate", label: "simulation", errors: "rate_error"),
      ], caption: "Simulated rates with standard errors, and the analytic rate."),
    Figure(
      "degrees", "Degree by cell type", x: .init(""), y: .init("Mean degree"),
      [
        .bars(
          labels: "types", values: "degrees", label: "degree", errors: "degree_error", names: "directions")
      ],
      caption: "Mean number of partners of each cell type, with the standard error."),
    Figure(
      "weights", "Weights", x: .init("Weight", unit: .nanosiemens), y: .init("Connections"),
      [.histogram("weights", label: "as measured"), .histogram("shuffled", label: "shuffled")],
      caption: "How often each weight occurs."),
    Figure(
      "matrix", "Connectivity", x: .init("Presynaptic neuron"), y: .init("Postsynaptic neuron"),
      [.image("matrix", label: "weight", labels: "cells")], caption: "Weights ordered by cell type."),
    Figure(
      "small", "Mean weights", x: .init("From"), y: .init("To"),
      [.image("small", label: "mean weight", labels: "small_types")],
      caption: "Mean weight between cell types."),
    Figure(
      "raster", "Spikes", x: .init("Time", unit: .millisecond), y: .init("Neuron"),
      [.raster(times: "times", rows: "units")], caption: "Each tick is one spike."),
    Figure(
      "landscape", "Loss landscape", x: .init("First direction"), y: .init("Second direction"),
      [.map("landscape", x: "lx", y: "ly", label: "loss")], caption: "Loss around the solution."),
    Figure(
      "pictures", "Samples", x: .init(""), y: .init(""), [.tiles("pictures", label: "intensity")],
      caption: "Sixteen generated pictures."),
    Figure(
      "groups", "Points by group", x: .init("Drive", unit: .picoampere), y: .init("Rate", unit: .hertz),
      [.points(x: "drive", y: "rate", label: "cells", groups: "drive_groups")],
      caption: "A layer that is absent."),
  ]

  static var model: PageModel {
    var step = StepResult(
      name: "gallery", plugin: "every-layer", summary: "Every kind of layer once.", reference: "None.")
    step.figures = figures
    step.source = Inputs(datasets)
    step.parameters = [
      ParameterRow("window", "50", unit: "ms", isDefault: false, summary: "Length of one window."),
      ParameterRow("neurons", "400", unit: "1", isDefault: true, summary: "Number of neurons."),
    ]
    step.seed = "7"
    step.inputs = [
      InputFile(path: "datasets/a <b> & c.h5", sha256: String(repeating: "0123456789abcdef", count: 4))
    ]
    step.results = [
      ResultEntry(
        "spectral_radius", unit: "1", summary: "Largest modulus.", .numbers(Tensor([1.2345678], shape: []))),
      ResultEntry("mean_rate", unit: "Hz", summary: "Over all units.", .numbers(Tensor([12.5], shape: []))),
      ResultEntry("fano", summary: "Undefined without spikes.", .numbers(Tensor([.nan], shape: []))),
      ResultEntry("type_names", axes: ["type"], .labels(["E", "PV", "SST"])),
      ResultEntry(
        "by_type", axes: ["type"], unit: "Hz", summary: "Rate.", .numbers(Tensor([1, 20, 3], shape: [3]))),
      ResultEntry(
        "mean_weight", axes: ["post_type", "pre_type"], unit: "nS", summary: "Post by pre.",
        .numbers(Tensor([0.4, -0.8, 0.3, -0.2, 0.11, -0.5, 0.9, 0.02, .nan], shape: [3, 3]))),
      ResultEntry(
        "chain", axes: ["type", "type", "type"], summary: "Excess of chains.",
        .numbers(Tensor((0..<27).map { Double($0 - 13) / 20 }, shape: [3, 3, 3]))),
      ResultEntry(
        "big", axes: ["neuron"], unit: "mV", .numbers(Tensor((0..<500).map(Double.init), shape: [500]))),
      ResultEntry("huge", axes: ["neuron", "time"], .large([100_000, 5000])),
    ]
    step.notes = ["fano is NaN: no unit has a spike in any window."]
    step.command = "engram analyze every-layer \"datasets/a <b> & c.h5\" --set window=50ms"
    var model = PageModel(
      title: "Gallery", sentence: "Every layer, table and note on one page.", steps: [step])
    model.comparisons = [
      Comparison(
        name: "auc/bptt", value: 0.21, band: "0.1 … 0.3", published: "0.2", source: "Table 1", passes: true),
      Comparison(
        name: "rate", value: 21, unit: "Hz", band: "below 20 Hz", published: "", source: "Fig. 2",
        passes: false),
    ]
    model.warnings = ["weights have no unit: taken as 1."]
    model.versions = [("Engram", "0.1.0"), ("Layout", "1.0")]
    model.sweeps = [
      SweepTable(
        runs: (0..<12).map { "000\($0)" },
        swept: [.init("network.chain", (0..<12).map { .real(Double($0 / 3) * 0.02) })],
        outputs: [.init("spectral_radius", (0..<12).map { .real(1 + Double($0 * $0) * 0.01) })])
    ]
    return model
  }
}
