import EngramKit

/// Trials that ask a system of equations to pass through data points: input [trial, point, 1 + variable] holds each point's
/// time since the start and the state at the start, the target [trial, point, variable] the data.
struct TrajectoryFit: Sendable {
  /// State of each trial at time 0; shape [trial, variable].
  let start: Matrix
  /// Times at which there are data, the same in every trial.
  let times: [Double]
  /// Data at each time; shape of each [trial, variable].
  let data: [Matrix]

  /// - Throws: `Problem` when the trials are of another form.
  init(_ batch: Batch) throws {
    guard batch.input.rank == 3, batch.input.shape[2] > 1, case .values(let target) = batch.target,
      target.shape == [batch.size, batch.input.shape[1], batch.input.shape[2] - 1]
    else {
      throw Problem(
        "inputs of shape \(batch.input.shape) are no trajectories to fit",
        fix: "use the task ode-trajectories")
    }
    let (trials, points, size) = (batch.size, batch.input.shape[1], batch.input.shape[2] - 1)
    times = (0..<points).map { batch.input[0, $0, 0] }
    for trial in 0..<trials {
      for (point, time) in times.enumerated() where batch.input[trial, point, 0] != time {
        throw Problem("trial \(trial) has point \(point) at another time than trial 0")
      }
    }
    start = Matrix(
      (0..<trials * size).map { batch.input[$0 / size, 0, 1 + $0 % size] }, shape: [trials, size])
    data = (0..<points).map { point in
      Matrix((0..<trials * size).map { target[$0 / size, point, $0 % size] }, shape: [trials, size])
    }
  }

  /// The times with 0 in front, unless there are data at 0.
  var allTimes: [Double] { times.first == 0 ? times : [0] + times }

  /// Mean absolute error over points, trials and variables, each over its scale, and its derivative by each of the states at
  /// `allTimes`.
  func judge(_ states: [Matrix], scale: [Double]) -> (loss: Double, seeds: [Matrix]) {
    let skipped = states.count - data.count
    let count = Double(max(1, data.count * start.count))
    var loss = 0.0
    let seeds = states.enumerated().map { number, state -> Matrix in
      var seed = Matrix(repeating: 0, shape: state.shape)
      guard number >= skipped else { return seed }
      for i in 0..<state.count {
        let error = state[i] - data[number - skipped][i]
        let unit = scale.isEmpty ? 1 : scale[i % scale.count]
        loss += error.magnitude / unit / count
        seed[i] = (error > 0 ? 1 : error < 0 ? -1 : 0) / unit / count
      }
      return seed
    }
    return (loss, seeds)
  }

  /// The states at the data's times as [trial, point, variable].
  func prediction(_ states: [Matrix]) -> Tensor<Double> {
    let kept = states.suffix(data.count)
    let (trials, size) = (start.rows, start.columns)
    return Tensor(
      (0..<trials).flatMap { trial in kept.flatMap { Array($0.row(trial)) } },
      shape: [trials, kept.count, size])
  }
}
