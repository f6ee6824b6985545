import CSLEEF
import Glibc

/// A sparse network of leaky integrate-and-fire neurons with delays, advanced on a fixed time grid.
///
/// Positive weights excite, negative ones inhibit; each kind has its own decay. Units: ms, mV, pF, nS, pA.
public struct SpikingNetwork: Sendable {
  /// What a presynaptic spike changes in its targets.
  public enum Synapse: String, CaseIterable, Sendable {
    /// A current (pA) that decays exponentially; the membrane equation is then solved exactly.
    case current
    /// A conductance (nS) that decays exponentially, with a reversal potential.
    case conductance
    /// The voltage itself (mV), at once.
    case delta
  }

  /// One number for excitatory and one for inhibitory synapses.
  public struct Kinds: Sendable {
    public var excitatory, inhibitory: Double

    public init(excitatory: Double, inhibitory: Double) {
      self.excitatory = excitatory
      self.inhibitory = inhibitory
    }
  }

  /// Poisson events each ms, and the weight of one.
  public struct External: Sendable {
    public var rate, weight: Double

    public init(rate: Double, weight: Double) {
      self.rate = rate
      self.weight = weight
    }
  }

  /// Membrane, synapses and external drive, the same for all neurons.
  public struct Neuron: Sendable {
    public var synapse = Synapse.current
    public var capacitance = 250.0
    public var leak = 12.5
    public var leakReversal = -70.0
    public var threshold = -50.0
    public var reset = -60.0
    public var refractory = 2.0
    public var current = 0.0
    /// Decay times and reversal potentials of excitatory and inhibitory synapses.
    public var decay = Kinds(excitatory: 5, inhibitory: 5)
    public var reversal = Kinds(excitatory: 0, inhibitory: -80)
    /// Independent Poisson input of each neuron: events each ms, and the weight of one.
    public var external = External(rate: 0, weight: 0)
    /// Start voltages are uniform over this share of the way from leak reversal to threshold.
    public var spread = 1.0

    public init() {}
  }

  /// Neurons updated together, and targets served together: fixed, so that no sum depends on threads.
  static let parts = 16

  public let neuron: Neuron
  public let dt: Double
  /// Voltage of each neuron, mV.
  public internal(set) var voltage: [Double]
  /// Excitatory and inhibitory input of each neuron (pA or nS), [kind, neuron].
  public internal(set) var input: [Double]
  var held: [Int32]
  var streams: [RandomStream]
  let wiring: Wiring
  /// Weights due at each coming step, [slot, kind, neuron].
  var due: [Double]
  let slots: Int

  /// A network at its start.
  ///
  /// - Parameters:
  ///   - weights: W[post, pre], in pA, nS or mV by kind of synapse; square.
  ///   - delays: Steps from spike to effect of each stored weight, each at least 1; or one for all.
  /// - Throws: `MathError` when a weight is not finite, a delay is below one step, or the matrix is not square.
  public init(
    _ weights: SparseMatrix, delays: [UInt16], _ neuron: Neuron, dt: Double, _ random: RandomStream
  ) throws(MathError) {
    guard weights.rows == weights.columns else {
      throw .shape("a network needs as many rows as columns, this has \(weights.rows) and \(weights.columns)")
    }
    try Connectivity.sparse(weights).requireFinite()
    guard delays.count == 1 || delays.count == weights.count, !delays.contains(0) else {
      throw .shape("delays must be at least one step, one for all weights or one for each")
    }
    self.neuron = neuron
    self.dt = dt
    wiring = Wiring(weights, delays, parts: Self.parts)
    slots = wiring.longest + 1
    let count = weights.rows
    due = Array(repeating: 0, count: slots * 2 * count)
    input = Array(repeating: 0, count: 2 * count)
    held = Array(repeating: 0, count: count)
    streams = (0..<Self.parts).map { random.substream($0) }
    var start = random.substream(Self.parts)
    let range = neuron.spread * (neuron.threshold - neuron.leakReversal)
    voltage = (0..<count).map { _ in neuron.leakReversal + range * start.uniform() }
  }

  /// Number of neurons.
  public var count: Int { voltage.count }

  /// Advances the network by `steps` steps from step number `first`.
  ///
  /// - Returns: The spikes as (neuron, step at whose end it fell).
  /// - Complexity: O(neurons * steps + spikes * targets), on several threads with equal results for any number.
  public mutating func advance(from first: Int, steps: Int) -> [(neuron: Int32, step: Int)] {
    var all: [(neuron: Int32, step: Int)] = []
    var step = first
    while step < first + steps {
      // No spike of these steps arrives within them, so neurons need not wait for each other.
      let block = min(wiring.shortest, first + steps - step)
      let spikes = update(from: step, steps: block)
      deliver(spikes)
      all += spikes
      step += block
    }
    return all
  }

  /// All neurons over `steps` steps, each part of them on its own.
  private mutating func update(from first: Int, steps: Int) -> [(neuron: Int32, step: Int)] {
    var spikes = [[(neuron: Int32, step: Int)]](repeating: [], count: Self.parts)
    let (count, slots) = (count, slots)
    let laws = PartOfNetwork.Laws(neuron, dt)
    voltage.withUnsafeMutableBufferPointer { voltage in
      input.withUnsafeMutableBufferPointer { input in
        held.withUnsafeMutableBufferPointer { held in
          due.withUnsafeMutableBufferPointer { due in
            streams.withUnsafeMutableBufferPointer { streams in
              spikes.withUnsafeMutableBufferPointer { spikes in
                parallelFor(chunks: Self.parts) { part in
                  let range = Self.range(part, of: count)
                  var work = PartOfNetwork(range, count, voltage, input, held, laws)
                  for step in first..<first + steps {
                    let slot = UnsafeMutableBufferPointer(
                      rebasing: due[(step % slots) * 2 * count..<(step % slots + 1) * 2 * count])
                    work.advance(slot, &streams[part])
                    work.collect(step, into: &spikes[part])
                  }
                }
              }
            }
          }
        }
      }
    }
    return spikes.flatMap { $0 }
  }

  /// Adds the weights of `spikes` to what is due at their targets; each part of the targets on its own.
  private mutating func deliver(_ spikes: [(neuron: Int32, step: Int)]) {
    let (wiring, count, slots) = (wiring, count, slots)
    due.withUnsafeMutableBufferPointer { due in
      parallelFor(chunks: Self.parts) { part in
        for spike in spikes { wiring.deliver(spike, part, into: due, count, slots) }
      }
    }
  }

  static func range(_ part: Int, of count: Int) -> Range<Int> {
    count * part / parts..<count * (part + 1) / parts
  }
}
