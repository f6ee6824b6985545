import Glibc

/// What makes the weight of a connection from its latents and its own noise, in one block.
struct PairScale: Sendable {
  var mean, deviation, x, y, own, correlation, rest: Double

  @inline(__always)
  func weight(_ x: Double, _ y: Double, _ noise: Double) -> Double {
    mean + deviation * (self.x * x + self.y * y + own * noise)
  }
}

/// Draws all pairs of neurons tile by tile: a tile and its mirror image are made of the same noise.
///
/// Each tile has a substream of its own, so that weights are equal for any number of threads.
struct PairTiles: Sendable {
  let neurons, types: Int
  /// Population of each neuron; [neuron].
  let codes: [Int]
  /// Latents of inputs and of outputs; [neuron].
  let x, y: [Double]
  /// [post population, pre population].
  let scales: [PairScale]
  let selfWeights: Bool
  /// Rows and columns of a tile: noise and mirror image stay in the processor's cache.
  private let width = 64
  /// Room between rows of the mirror image, no power of two: its columns would share few places of the cache.
  private let stride = 72

  /// Weights [post, pre], row by row. Every element is written once, into memory that nobody had to clear.
  func weights(_ random: RandomStream) -> [Double] {
    let tiles = (neurons + width - 1) / width
    return [Double](unsafeUninitializedCapacity: neurons * neurons) { weights, initialised in
      adviseLargePages(UnsafeMutableRawBufferPointer(weights))
      if let weights = weights.baseAddress {
        parallelFor(chunks: tiles * (tiles + 1) / 2) { chunk in
          // Chunk numbers count the tiles of the lower triangle row by row.
          let row = Int(((8 * Double(chunk) + 1).squareRoot() - 1) / 2)
          var stream = random.substream(1 + chunk)
          withUnsafeTemporaryAllocation(of: Double.self, capacity: width * (2 * width + stride)) { scratch in
            guard let noise = scratch.baseAddress else { return }
            let count = 2 * width * width
            stream.fillNormals(UnsafeMutableBufferPointer(start: noise, count: count))
            fill(weights, row * width, (chunk - row * (row + 1) / 2) * width, noise, noise + count)
          }
        }
      }
      initialised = neurons * neurons
    }
  }

  /// The tile at row `first` and column `second`, and its mirror image.
  ///
  /// - Parameters:
  ///   - noise: Two normal numbers a pair [row, column, 2].
  ///   - mirror: Scratch of `width` rows at `stride`.
  private func fill(
    _ weights: UnsafeMutablePointer<Double>, _ first: Int, _ second: Int, _ noise: UnsafePointer<Double>,
    _ mirror: UnsafeMutablePointer<Double>
  ) {
    let (rows, columns) = (first..<min(neurons, first + width), second..<min(neurons, second + width))
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        for i in rows {
          let end = min(columns.upperBound, i)
          var j = second
          while j < end {
            // As far as neurons are of one type the scales are constants.
            var next = j + 1
            while next < end, codes[next] == codes[j] { next += 1 }
            let (there, back) = (scales[codes[i] * types + codes[j]], scales[codes[j] * types + codes[i]])
            let (target, pairs) = (weights + i * neurons, noise + 2 * ((i - first) * width - second))
            let (xi, yi, image) = (x[i], y[i], mirror + (i - first) - second * stride)
            for k in j..<next {
              let u = pairs[2 * k]
              target[k] = there.weight(xi, y[k], u)
              image[k * stride] = back.weight(
                x[k], yi, there.correlation * u + there.rest * pairs[2 * k + 1])
            }
            j = next
          }
          if first == second {
            let scale = scales[codes[i] * types + codes[i]]
            let own = noise[2 * ((i - first) * width + i - second)]
            weights[i * neurons + i] = selfWeights ? scale.weight(x[i], y[i], own) : 0
          }
        }
      }
    }
    for j in columns {
      let start = max(rows.lowerBound, j + 1)
      guard start < rows.upperBound else { continue }
      (weights + j * neurons + start).update(
        from: mirror + (j - second) * stride + start - first, count: rows.upperBound - start)
    }
  }
}

/// Asks the system for large pages behind a large array that is about to be written for the first time: faulting in
/// pages of 4 kB one by one takes longer than filling them. Only advice: without it the array is the same.
func adviseLargePages(_ memory: UnsafeMutableRawBufferPointer) {
  let page = 1 << 21
  guard memory.count >= 8 * page, let start = memory.baseAddress else { return }
  let skipped = (page - Int(bitPattern: start) % page) % page
  madvise(start + skipped, (memory.count - skipped) / page * page, MADV_HUGEPAGE)
}
