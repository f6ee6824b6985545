import EngramKit

extension BinaryMotifs {
  /// Latent numbers of the inputs and outputs of `neurons` neurons: signs, or normal numbers.
  func latents(_ neurons: Int, _ random: inout RandomStream) -> (x: [Double], y: [Double]) {
    if thresholded {
      let (x, own) = (random.normals(neurons), random.normals(neurons))
      let rest = (1 - correlation * correlation).squareRoot()
      return (x, zip(x, own).map { correlation * $0 + rest * $1 })
    }
    var (x, y) = ([Double](), [Double]())
    for i in 0..<neurons {
      x.append(random.sign())
      y.append(random.bernoulli((1 + correlation) / 2) ? x[i] : -x[i])
    }
    return (x, y)
  }

  /// Calls `body` for each connection of a sample given its latents, in no order; each call with an equal `random` names
  /// the same ones.
  ///
  /// Neurons of similar latents form classes. In a pair of classes every pair of neurons is connected with at most one
  /// known probability; those that chance leaves unconnected at that probability are jumped over, and the rest are
  /// kept or not by their own latents. The law of the sample is exact.
  /// - Complexity: O(connections + neurons × classes), with at most a few hundred classes; O(neurons) memory.
  func forEachConnection(
    _ x: [Double], _ y: [Double], _ random: RandomStream, _ body: (_ post: Int32, _ pre: Int32) -> Void
  ) {
    let classes = LatentClasses(x, y, steps: thresholded ? (input, output) : nil)
    var number = 0
    for (place, a) in classes.list.enumerated() {
      for b in classes.list[...place] {
        number += 1
        var stream = random.substream(number)
        if thresholded {
          thresholdPairs(x, y, a, b, &stream, body)
        } else {
          additivePairs(x, y, a, b, &stream, body)
        }
      }
    }
  }

  /// All pairs of two classes are alike: two neurons are connected at all with one probability.
  private func additivePairs(
    _ x: [Double], _ y: [Double], _ a: LatentClasses.Members, _ b: LatentClasses.Members,
    _ random: inout RandomStream, _ body: (Int32, Int32) -> Void
  ) {
    // onto: the connection from a neuron of b onto one of a; back: the other way.
    let (onto, back) = (probability(a.x, b.y), probability(b.x, a.y))
    let both = onto * back + pair
    forEachPair(a, b, onto + back - both, &random) { i, j, random in
      let draw = random.uniform() * (onto + back - both)
      if draw < onto { body(i, j) }
      if draw < both || draw >= onto { body(j, i) }
    }
  }

  /// Two normal numbers u, v of a pair are above the least thresholds of their classes seldom: one of them is drawn from
  /// there, the other given it; pairs that both ways of doing so would find are taken from the first alone.
  private func thresholdPairs(
    _ x: [Double], _ y: [Double], _ a: LatentClasses.Members, _ b: LatentClasses.Members,
    _ random: inout RandomStream, _ body: (Int32, Int32) -> Void
  ) {
    let left = 1 - input * input - output * output
    let (scale, mutual) = (left.squareRoot(), min(1, max(-1, pair / left)))
    let rest = (1 - mutual * mutual).squareRoot()
    let level = { (x: Double, y: Double) in (threshold - input * x - output * y) / scale }
    let (least, leastBack) = (level(a.x, b.y), level(b.x, a.y))
    let (onto, back) = (normalCDF(-least), normalCDF(-leastBack))
    let jumps = onto + back < 1
    forEachPair(a, b, jumps ? onto + back : 1, &random) { i, j, random in
      var (u, v) = (0.0, 0.0)
      if !jumps {
        u = random.normal()
        v = mutual * u + rest * random.normal()
      } else if random.uniform() * (onto + back) < onto {
        u = -normalQuantile(onto * random.uniform())
        v = mutual * u + rest * random.normal()
      } else {
        v = -normalQuantile(back * random.uniform())
        u = mutual * v + rest * random.normal()
        if u > least { return }
      }
      if u > level(x[Int(i)], y[Int(j)]) { body(i, j) }
      if v > level(x[Int(j)], y[Int(i)]) { body(j, i) }
    }
  }

  /// Calls `body` for each pair of a neuron of `a` and one of `b` independently with `probability`; a class with itself
  /// has each pair once.
  private func forEachPair(
    _ a: LatentClasses.Members, _ b: LatentClasses.Members, _ probability: Double,
    _ random: inout RandomStream, _ body: (Int32, Int32, inout RandomStream) -> Void
  ) {
    guard probability > 0 else { return }
    let same = a.neurons.first == b.neurons.first
    let scale = probability < 1 ? 1 / log1p(-probability) : 0
    var (row, place) = (0, 0)
    while true {
      place += Int(min(1e15, log(random.uniform()) * scale))
      while place >= (same ? row : b.neurons.count) {
        place -= same ? row : b.neurons.count
        row += 1
        guard row < a.neurons.count else { return }
      }
      body(a.neurons[row], b.neurons[place], &random)
      place += 1
    }
  }
}

/// Neurons by their latents: equal ones together, or those of one cell of a grid.
struct LatentClasses {
  struct Members {
    var neurons: [Int32] = []
    /// Greatest latents, at which a connection is most probable.
    var x = -Double.infinity
    var y = -Double.infinity
  }
  private(set) var list: [Members] = []

  /// - Parameter steps: Weights of the latents x and y, which make the cells' sides; nil: only equal latents together.
  init(_ x: [Double], _ y: [Double], steps: (x: Double, y: Double)?) {
    // Sides that move a threshold by 0.15 waste few draws; cells of less than some 30 neurons would only cost time.
    let bins = (Double(x.count) / 30).squareRoot().rounded(.up)
    func cell(_ value: Double, _ step: Double?) -> Int {
      guard let step else { return value > 0 ? 1 : 0 }
      return Int((value / max(8 / bins, 0.15 / max(step, 1e-3))).rounded(.down))
    }
    var place: [SIMD2<Int>: Int] = [:]
    for i in x.indices {
      let key = SIMD2(cell(x[i], steps?.x), cell(y[i], steps?.y))
      let number = place[key] ?? list.count
      if number == list.count {
        place[key] = number
        list.append(Members())
      }
      list[number].neurons.append(Int32(i))
      list[number].x = max(list[number].x, x[i])
      list[number].y = max(list[number].y, y[i])
    }
  }
}
