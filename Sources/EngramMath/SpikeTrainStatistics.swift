/// Irregularity of one spike train; a number is NaN where the train has too few spikes for it.
public struct SpikeTrainStatistics: Sendable, Equatable {
  /// Mean interval between spikes, ms.
  public var meanInterval = Double.nan
  /// Standard deviation of the intervals over their mean; two intervals at least.
  public var cv = Double.nan
  /// Mean of 2 |b - a| / (a + b) over neighbouring intervals (Holt et al. 1996); 1 for a Poisson process at any rate.
  public var cv2 = Double.nan
  /// Mean of 3 ((b - a) / (a + b))² over neighbouring intervals (Shinomoto et al. 2003); 1 for a Poisson process.
  public var lv = Double.nan
  /// Variance over mean of the counts in whole windows; two windows and one spike at least.
  public var fano = Double.nan

  /// Statistics of ascending spike times.
  ///
  /// The standard deviation divides by the number of intervals, as Elephant's `cv` does.
  /// - Parameters:
  ///   - times: ms, ascending.
  ///   - start: Where the first window begins, ms.
  ///   - stop: Where the train's observation ends, ms; a last window that is not whole is left out.
  ///   - window: Length of a counting window, ms.
  /// - Complexity: O(spikes + windows); the mean is known beforehand, so deviations need no second look at the times.
  public init(_ times: ArraySlice<Double>, start: Double, stop: Double, window: Double) {
    times.withUnsafeBufferPointer { times in
      intervals(times)
      counts(times, start: start, stop: stop, window: window)
    }
  }

  private mutating func intervals(_ times: UnsafeBufferPointer<Double>) {
    let count = times.count - 1
    guard count > 0 else { return }
    let mean = (times[count] - times[0]) / Double(count)
    meanInterval = mean
    guard count > 1 else { return }
    var (squares, ratios, ratioSquares, pairs) = (0.0, 0.0, 0.0, 0.0)
    var before = times[1] - times[0]
    squares = (before - mean) * (before - mean)
    for k in 2...count {
      let after = times[k] - times[k - 1]
      squares += (after - mean) * (after - mean)
      let sum = after + before
      let ratio = sum > 0 ? ((after - before) / sum).magnitude : 0
      ratios += ratio
      ratioSquares += ratio * ratio
      pairs += sum > 0 ? 1 : 0
      before = after
    }
    cv = mean > 0 ? (squares / Double(count)).squareRoot() / mean : .nan
    cv2 = pairs > 0 ? 2 * ratios / pairs : .nan
    lv = pairs > 0 ? 3 * ratioSquares / pairs : .nan
  }

  private mutating func counts(
    _ times: UnsafeBufferPointer<Double>, start: Double, stop: Double, window: Double
  ) {
    // A window that ends at `stop` but for rounding is whole.
    let windows = Int(((stop - start) / window * (1 + 1e-12)).rounded(.down))
    guard windows > 1 else { return }
    var (sum, squares, k) = (0.0, 0.0, 0)
    while k < times.count {
      let place = ((times[k] - start) / window).rounded(.down)
      guard place < Double(windows) else { break }
      let end = start + (place + 1) * window
      var count = 1.0
      k += 1
      while k < times.count, times[k] < end {
        count += 1
        k += 1
      }
      sum += count
      squares += count * count
    }
    let mean = sum / Double(windows)
    if mean > 0 { fano = (squares / Double(windows) - mean * mean) / mean }
  }
}

/// Adds the intervals between ascending `times` to `counts`, in bins of `width` from 0; returns how many are longer.
public func countIntervals(_ times: ArraySlice<Double>, width: Double, into counts: inout [Double]) -> Int {
  var longer = 0
  times.withUnsafeBufferPointer { times in
    counts.withUnsafeMutableBufferPointer { counts in
      let (scale, limit) = (1 / width, Double(counts.count))
      for k in 1..<max(1, times.count) {
        let place = (times[k] - times[k - 1]) * scale
        if place < limit { counts[Int(place)] += 1 } else { longer += 1 }
      }
    }
  }
  return longer
}

/// Adds `times` to `counts`, in bins of `width` from `start`; times before or after all bins are left out.
public func countTimes(
  _ times: ArraySlice<Double>, from start: Double, width: Double, into counts: inout [Double]
) {
  times.withUnsafeBufferPointer { times in
    counts.withUnsafeMutableBufferPointer { counts in
      let (scale, limit) = (1 / width, Double(counts.count))
      for time in times {
        let place = (time - start) * scale
        if place >= 0, place < limit { counts[Int(place)] += 1 }
      }
    }
  }
}
