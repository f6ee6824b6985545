// What the benches time inside one process: `bench-native robertson|sampling|tape` prints JSON.

/// Seconds of the fastest of `rounds` runs of `body`.
func fastest(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  var best = Double.infinity
  for _ in 0..<rounds { best = min(best, try clock.measure(body) / .seconds(1)) }
  return best
}

switch CommandLine.arguments.dropFirst().first {
case "robertson": print(try Robertson.bench())
case "sampling": print(try Sampling.bench())
case "tape": print(try Tape.bench())
default: print("usage: bench-native robertson|sampling|tape")
}
