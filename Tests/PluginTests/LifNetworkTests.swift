import EngramKit
import EngramPlugins
import Foundation
import Testing

/// Spikes of a run of `steps` steps in one call, or in calls of `block` steps.
private func spikes(_ network: SpikingNetwork, _ steps: Int, block: Int? = nil) -> [[Int]] {
  var network = network
  var result: [[Int]] = []
  for first in stride(from: 0, to: steps, by: block ?? steps) {
    result += network.advance(from: first, steps: min(block ?? steps, steps - first)).map {
      [$0.step, Int($0.neuron)]
    }
  }
  return result.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
}

private func randomWeights(_ count: Int, _ strength: Double, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed)
  var weights = Matrix(repeating: 0, shape: [count, count])
  for i in 0..<count {
    for j in 0..<count where i != j && random.uniform() < 0.3 {
      weights[i, j] = j % 4 == 0 ? -3 * strength : strength
    }
  }
  return weights
}

/// The same network stepped with dense loops and its equations written out once more.
private func writtenOut(
  _ weights: Matrix, delay: Int, _ n: SpikingNetwork.Neuron, dt: Double, start: [Double], _ steps: Int
) -> [[Int]] {
  let count = weights.rows
  let tau = n.capacitance / n.leak
  var v = start
  var (e, i) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
  var held = [Int](repeating: 0, count: count)
  var fired: [[Int]] = []
  var history: [Set<Int>] = []
  for step in 0..<steps {
    for k in 0..<count where held[k] == 0 {
      switch n.synapse {
      case .delta:
        v[k] =
          n.leakReversal + n.current / n.leak + (v[k] - n.leakReversal - n.current / n.leak) * exp(-dt / tau)
      case .current:
        func response(_ s: Double) -> Double {
          s * tau / (n.capacitance * (s - tau)) * (exp(-dt / s) - exp(-dt / tau))
        }
        let rest = n.leakReversal + n.current / n.leak
        v[k] =
          rest + (v[k] - rest) * exp(-dt / tau) + e[k] * response(n.decay.excitatory) + i[k]
          * response(n.decay.inhibitory)
      case .conductance:
        let (ge, gi) = (e[k] * exp(-dt / 2 / n.decay.excitatory), -i[k] * exp(-dt / 2 / n.decay.inhibitory))
        let total = n.leak + ge + gi
        let target =
          (n.leak * n.leakReversal + n.current + ge * n.reversal.excitatory + gi * n.reversal.inhibitory)
          / total
        v[k] = target + (v[k] - target) * exp(-dt * total / n.capacitance)
      }
    }
    let arriving = step >= delay ? history[step - delay] : []
    var now: Set<Int> = []
    for k in 0..<count {
      e[k] *= exp(-dt / n.decay.excitatory)
      i[k] *= exp(-dt / n.decay.inhibitory)
      for pre in arriving.sorted() {
        let weight = weights[k, pre]
        if n.synapse == .delta {
          if held[k] == 0 { v[k] += weight }
        } else if weight > 0 {
          e[k] += weight
        } else {
          i[k] += weight
        }
      }
      if held[k] > 0 {
        held[k] -= 1
      } else if v[k] >= n.threshold {
        v[k] = n.reset
        held[k] = Int((n.refractory / dt).rounded())
        now.insert(k)
        fired.append([step, k])
      }
    }
    history.append(now)
  }
  return fired.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
}

@Suite("Spiking network")
struct LifNetworkTests {
  @Test(
    "spikes are those of the written-out equations",
    arguments: [(SpikingNetwork.Synapse.current, 40.0), (.conductance, 1.5), (.delta, 0.4)])
  func reference(_ synapse: SpikingNetwork.Synapse, strength: Double) throws {
    var neuron = SpikingNetwork.Neuron()
    neuron.synapse = synapse
    neuron.current = 300
    neuron.decay = .init(excitatory: 4, inhibitory: 7)
    let weights = randomWeights(50, strength, seed: 4)
    let network = try SpikingNetwork(
      SparseMatrix(weights), delays: [15], neuron, dt: 0.1, RandomStream(seed: 3))
    let expected = writtenOut(weights, delay: 15, neuron, dt: 0.1, start: network.voltage, 2000)
    #expect(expected.count > 100)
    #expect(spikes(network, 2000) == expected)
    #expect(spikes(network, 2000, block: 7) == expected)
  }

  @Test("one delay for each connection, all equal, is one delay for all")
  func equalDelays() throws {
    var neuron = SpikingNetwork.Neuron()
    neuron.current = 300
    let weights = SparseMatrix(randomWeights(40, 30, seed: 9))
    let one = try SpikingNetwork(weights, delays: [12], neuron, dt: 0.1, RandomStream(seed: 3))
    let many = try SpikingNetwork(
      weights, delays: Array(repeating: 12, count: weights.count), neuron, dt: 0.1, RandomStream(seed: 3))
    #expect(spikes(one, 1000) == spikes(many, 1000))
  }

  @Test("results do not depend on the number of threads")
  func threads() throws {
    var neuron = SpikingNetwork.Neuron()
    neuron.external = .init(rate: 8, weight: 45)
    let network = try SpikingNetwork(
      SparseMatrix(randomWeights(100, 20, seed: 1)), delays: [10], neuron, dt: 0.1, RandomStream(seed: 5))
    let before = WorkerThreads.count
    WorkerThreads.set(1)
    let one = spikes(network, 1000)
    WorkerThreads.set(2)
    let two = spikes(network, 1000)
    WorkerThreads.set(before)
    #expect(!one.isEmpty)
    #expect(one == two)
  }

  @Test("weights in volts do not fit current synapses; a delay below one step is refused")
  func refusals() throws {
    #expect(throws: MathError.self) {
      try SpikingNetwork(
        SparseMatrix(randomWeights(4, 1, seed: 1)), delays: [0], .init(), dt: 0.1, RandomStream(seed: 1))
    }
    var random = RandomStream(seed: 1)
    let model = LifNetwork()
    var state = try model.start(Inputs(["connectivity": .numbers(randomWeights(4, 1, seed: 1))]), &random)
    #expect(throws: Problem.self) { try model.advance(&state, from: 0, count: 1, dt: 5, &random) }
  }
}
