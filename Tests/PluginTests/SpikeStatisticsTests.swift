import EngramKit
import Testing

/// Interval sequence of Elephant's own tests of `cv2` and `lv` (test_statistics.py), with the values it expects.
let elephantIntervals: [Double] = [
  1, 28, 4, 47, 5, 16, 2, 5, 21, 12, 4, 12, 59, 2, 4, 18, 33, 25, 2, 34, 4, 1, 1, 14, 8, 1, 10, 1, 8, 20, 5,
  1,
  6, 5, 12, 2, 8, 8, 2, 8, 2, 10, 2, 1, 1, 2, 15, 3, 20, 6, 11, 6, 18, 2, 5, 17, 4, 3, 13, 6, 1, 18, 1, 16,
  12,
  2, 52, 2, 5, 7, 6, 25, 6, 5, 3, 15, 4, 3, 16, 3, 6, 5, 24, 21, 3, 3, 4, 8, 4, 11, 5, 7, 5, 6, 8, 11, 33, 10,
  7,
  4,
]

@Suite("spike-statistics")
struct SpikeStatisticsTests {
  @Test("CV, CV2, LV and the Fano factor are Elephant's")
  func elephant() throws {
    let times = elephantIntervals.reduce(into: [0.0]) { $0.append(($0.last ?? 0) + $1) }
    let result = try statistics([times], stop: 1000, ["window": .real(100)])
    #expect(try abs(result.values("cv2")[0] - 1.0022235296529176) < 1e-12)
    #expect(try abs(result.values("lv")[0] - 0.971826029994) < 1e-12)
    // numpy.std over numpy.mean, and numpy.var over numpy.mean of ten counts.
    #expect(try abs(result.values("cv")[0] - 1.0863308802174931) < 1e-12)
    #expect(try abs(result.values("fano")[0] - 1.3356435643564357) < 1e-12)
    #expect(try result.values("rate")[0] == 101)
    #expect(try result.values("mean_interval")[0] == 9.93)
  }

  @Test("a clock is perfectly regular at any rate", arguments: [1.0, 8, 250])
  func clock(interval: Double) throws {
    let count = Int(10_000 / interval)
    let result = try statistics([(0..<count).map { (Double($0) + 0.5) * interval }], stop: 10_000)
    for name in ["cv", "cv2", "lv", "fano"] { #expect(try result.values(name) == [0], "\(name)") }
  }

  @Test("a Poisson process has all four coefficients near 1, also in blocks and with a dead unit")
  func poisson() throws {
    var random = RandomStream(seed: 11)
    var trains: [[Double]] = []
    for _ in 0..<40 {
      var (train, time) = ([Double](), 0.0)
      while true {
        time += 20 * random.exponential()
        if time >= 100_000 { break }
        train.append(time)
      }
      trains.append(train)
    }
    let result = try statistics(trains + [[]], stop: 100_000)
    // 200,000 intervals: the standard errors of the means are about 0.002 (0.02 for the Fano factor of 4000 counts).
    for name in ["mean_cv", "mean_cv2", "mean_lv"] {
      #expect(try abs(result.values(name)[0] - 1) < 0.01, "\(name)")
    }
    #expect(try abs(result.values("mean_fano")[0] - 1) < 0.1)
    #expect(try abs(result.values("mean_rate")[0] - 50 * 40 / 41) < 1)
    #expect(try result.values("cv")[40].isNaN)
    #expect(result.notes.contains("cv is NaN for 1 of 41 units: too few spikes."))
    let spikes = Double(trains.reduce(0) { $0 + $1.count })
    let rate = try result.values("population_rate")
    #expect(abs(rate.reduce(0, +) * 10 / 1000 * 41 - spikes) < 1e-6)
    let intervals = try result.values("interval_count").reduce(0, +) + result.values("longer_intervals")[0]
    #expect(intervals == spikes - 40)
  }

  @Test("bins hold their lower edge, and a last bin cut short keeps its rate")
  func edges() throws {
    let result = try statistics([[0, 9.999, 10, 20]], stop: 25)
    #expect(try result.values("time") == [5, 15, 25])
    #expect(try result.values("population_rate") == [200, 100, 200])
  }

  @Test("the raster is bounded and shows the earliest spikes of evenly spaced units")
  func raster() throws {
    let trains = (0..<500).map { unit in (0..<10).map { Double($0 * 100) + Double(unit) * 0.1 } }
    let result = try statistics(
      trains, stop: 1000, ["raster_units": .integer(50), "raster_spikes": .integer(90)])
    let units = try result.values("raster_unit")
    #expect(units.count == 90)
    #expect(Set(units).count == 32)
    #expect(units.allSatisfy { $0.truncatingRemainder(dividingBy: 16) == 0 })
    #expect(try result.values("raster_time").allSatisfy { $0 < 300 })
  }

  @Test("an empty window or a recording without units is refused")
  func refused() throws {
    let empty = #expect(throws: Problem.self) { try statistics([[1]], stop: 0) }
    #expect(empty?.what == "the observation window [0.0, 0.0) ms is empty")
    let none = #expect(throws: Problem.self) { try statistics([], stop: 10) }
    #expect(none?.what == "the recording has no unit")
  }

  private func statistics(_ trains: [[Double]], stop: Double, _ set: [String: Value] = [:]) throws
    -> MemorySink
  {
    let offsets = trains.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    let spikes = SpikeTrains(
      times: trains.flatMap { $0 }, offsets: offsets, ids: trains.indices.map(UInt64.init), start: 0,
      stop: stop)
    return try analyse("spike-statistics", ["spikes": .spikes(spikes)], set)
  }
}
