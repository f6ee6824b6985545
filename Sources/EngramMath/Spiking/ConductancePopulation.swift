import Glibc

/// Leaky integrate-and-fire neurons without connections, each driven by two fluctuating conductances.
///
/// C dV/dt = -g_L (V - E_L) - g_e (V - E_e) - g_i (V - E_i) + I in mV, ms, nS, pF, pA. A neuron whose voltage reaches
/// the threshold spikes, is reset and held for the refractory steps while its conductances go on.
public struct ConductancePopulation: Sendable {
  /// How the voltage is advanced over a step with the mean conductances of the step.
  public enum Scheme: String, CaseIterable, Sendable {
    /// Exact for constant conductances.
    case exponential
    /// Forward Euler, first order.
    case euler
    /// Heun's method with the conductances at both ends of the step.
    case heun
  }

  /// Membrane and step, the same for all neurons.
  public struct Membrane: Sendable {
    public var capacitance, leak, leakReversal, threshold, reset, current: Double
    public var refractorySteps: Int
    public var dt: Double
    public var scheme: Scheme

    public init(
      capacitance: Double, leak: Double, leakReversal: Double, threshold: Double, reset: Double,
      current: Double,
      refractorySteps: Int, dt: Double, scheme: Scheme
    ) {
      self.capacitance = capacitance
      self.leak = leak
      self.leakReversal = leakReversal
      self.threshold = threshold
      self.reset = reset
      self.current = current
      self.refractorySteps = refractorySteps
      self.dt = dt
      self.scheme = scheme
    }
  }

  /// What drives one kind of synapse.
  public enum Drive: Sendable {
    /// Ornstein-Uhlenbeck conductance of this mean and standard deviation, nS; may be negative.
    case gaussian(mean: Double, sd: Double)
    /// Jumps of `jump` nS at Poisson times of `rate` events each ms, decaying in between.
    case poisson(jump: Double, rate: Double)
    /// A conductance given at each step, nS; the last value is held.
    case stored([Double])
  }

  /// One kind of synapse: reversal potential (mV), decay time (ms) and drive.
  public struct Channel: Sendable {
    public var reversal: Double
    public var decay: Double
    public var drive: Drive

    public init(reversal: Double, decay: Double, drive: Drive) {
      self.reversal = reversal
      self.decay = decay
      self.drive = drive
    }
  }

  /// Neurons that share one random substream; part of the result's definition, not a tuning knob.
  static let chunk = 256

  public let membrane: Membrane
  public let channels: [Channel]
  /// Voltage of each neuron, mV.
  public private(set) var voltage: [Double]
  /// Conductance of each channel and neuron, nS; shape [channel, neuron].
  public private(set) var conductance: Tensor<Double>
  private var held: [Int32]
  private var streams: [RandomStream]

  /// Neurons at the leak reversal with every conductance at its mean.
  public init(_ count: Int, _ membrane: Membrane, _ channels: [Channel], _ random: RandomStream) {
    self.membrane = membrane
    self.channels = channels
    voltage = Array(repeating: membrane.leakReversal, count: count)
    conductance = Tensor(
      channels.flatMap { channel -> [Double] in
        let mean =
          switch channel.drive {
          case .gaussian(let mean, _): mean
          case .poisson(let jump, let rate): jump * rate * channel.decay
          case .stored(let values): values.first ?? 0
          }
        return Array(repeating: mean, count: count)
      }, shape: [channels.count, count])
    held = Array(repeating: 0, count: count)
    streams = (0..<(count + Self.chunk - 1) / Self.chunk).map { random.substream($0) }
  }

  /// Number of neurons.
  public var count: Int { voltage.count }

  /// Conductance of `channel` as the membrane sees it, nS: the mean over the coming step where events are shots (whose
  /// value at the grid points, just after the events, is larger), else the value.
  public func seen(_ channel: Int) -> [Double] {
    guard case .poisson = channels[channel].drive else { return Array(conductance.row(channel)) }
    let ratio = membrane.dt / channels[channel].decay
    return conductance.row(channel).map { $0 * -expm1(-ratio) / ratio }
  }

  /// Advances all neurons by `steps` steps from step number `first`.
  ///
  /// - Returns: The spikes as (neuron, step at whose end it fell), by neuron within chunks of neurons.
  /// - Complexity: O(neurons * steps); chunks run on several threads, with the same result for any number of them.
  public mutating func advance(from first: Int, steps: Int) -> [(neuron: Int, step: Int)] {
    let (count, chunks) = (count, streams.count)
    var spikes = [[(neuron: Int, step: Int)]](repeating: [], count: chunks)
    let membrane = membrane
    let channels = channels
    voltage.withUnsafeMutableBufferPointer { voltage in
      conductance.elements.withUnsafeMutableBufferPointer { conductance in
        held.withUnsafeMutableBufferPointer { held in
          streams.withUnsafeMutableBufferPointer { streams in
            spikes.withUnsafeMutableBufferPointer { spikes in
              parallelFor(chunks: chunks) { chunk in
                let range = chunk * Self.chunk..<min(count, (chunk + 1) * Self.chunk)
                var work = ChunkOfNeurons(range, voltage, conductance, held, count, membrane, channels)
                for step in first..<first + steps {
                  work.advance(step, &streams[chunk])
                  work.collect(step, into: &spikes[chunk])
                }
              }
            }
          }
        }
      }
    }
    return spikes.flatMap { $0 }
  }
}
