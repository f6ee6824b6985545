/// Outgoing connections by presynaptic neuron, and within one by target.
struct Wiring: Sendable {
  private let parts: Int
  /// Where the targets of (neuron, part) begin; shape [neuron, part + 1].
  private let begins: [Int]
  /// Kind of input times number of neurons plus target: the place in one step's inputs.
  private let places: [Int32]
  private let weights: [Double]
  /// Delay of each connection in steps; empty where all are equal.
  private let delays: [UInt16]
  let shortest: Int
  let longest: Int

  /// The transpose of W[post, pre]; delays follow their weights.
  init(_ matrix: SparseMatrix, _ delays: [UInt16], parts: Int) {
    let count = matrix.columns
    self.parts = parts
    shortest = Int(delays.min() ?? 1)
    longest = Int(delays.max() ?? 1)
    var next = [Int](repeating: 0, count: count + 1)
    for pre in matrix.indices { next[Int(pre) + 1] += 1 }
    for pre in 0..<count { next[pre + 1] += next[pre] }
    var begins = [Int](repeating: 0, count: count * (parts + 1))
    for pre in 0..<count { begins[pre * (parts + 1)] = next[pre] }
    var places = [Int32](repeating: 0, count: matrix.count)
    var weights = [Double](repeating: 0, count: matrix.count)
    var own = [UInt16](repeating: 0, count: delays.count > 1 ? matrix.count : 0)
    for part in 0..<parts {
      for post in SpikingNetwork.range(part, of: count) {
        for k in matrix.offsets[post]..<matrix.offsets[post + 1] {
          let pre = Int(matrix.indices[k])
          let place = next[pre]
          places[place] = Int32(matrix.values[k] < 0 ? count + post : post)
          weights[place] = matrix.values[k]
          if !own.isEmpty { own[place] = delays[k] }
          next[pre] += 1
        }
      }
      for pre in 0..<count { begins[pre * (parts + 1) + part + 1] = next[pre] }
    }
    self.begins = begins
    self.places = places
    self.weights = weights
    self.delays = own
  }

  /// Adds one spike's weights to the inputs due at its targets in `part`.
  func deliver(
    _ spike: (neuron: Int32, step: Int), _ part: Int, into due: UnsafeMutableBufferPointer<Double>,
    _ count: Int,
    _ slots: Int
  ) {
    let row = Int(spike.neuron) * (parts + 1) + part
    let range = begins[row]..<begins[row + 1]
    places.withUnsafeBufferPointer { places in
      weights.withUnsafeBufferPointer { weights in
        if delays.isEmpty {
          let slot = (spike.step + longest) % slots * 2 * count
          for k in range { due[slot + Int(places[k])] += weights[k] }
        } else {
          for k in range {
            let slot = (spike.step + Int(delays[k])) % slots * 2 * count
            due[slot + Int(places[k])] += weights[k]
          }
        }
      }
    }
  }
}
