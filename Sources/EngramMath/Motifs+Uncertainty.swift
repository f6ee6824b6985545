extension Motifs {
  /// Standard error of each statistic, from leaving out groups of neurons in turn (the delete-group jackknife).
  ///
  /// - Parameter groups: As many as neurons leaves out one at a time; neurons are dealt out to groups in turn, so that
  ///   each group holds all cell types.
  /// - Returns: In the order of `all`; NaN where a statistic is NaN without some group.
  /// - Complexity: `groups` times that of the statistics.
  public static func jackknife(
    _ weights: Connectivity, _ populations: Populations, tested: Connectivity?, groups: Int
  ) throws(MathError) -> [(name: String, values: Tensor<Double>)] {
    let count = min(groups, populations.neurons)
    guard count > 1 else { throw .infeasible("a jackknife needs at least 2 groups, not \(count)") }
    var moments = Moments()
    for group in 0..<count {
      let kept = (0..<populations.neurons).filter { $0 % count != group }
      let part = try MotifSums(
        weights.subnetwork(kept), populations.subset(kept), tested: tested?.subnetwork(kept))
      moments.add(part.motifs())
    }
    // sqrt((n - 1) / n sum of squared deviations), where a deviation below is sqrt(sum / n).
    return moments.deviations.map { ($0.name, $0.values.map { $0 * Double(count - 1).squareRoot() }) }
  }

  /// How many standard deviations each statistic lies from its mean in networks whose weights were shuffled within
  /// blocks, over the tested pairs.
  ///
  /// - Returns: In the order of `all`; NaN where shuffling changes nothing, as for means.
  public func zScores(
    _ weights: Connectivity, _ populations: Populations, tested: Connectivity?, shuffles: Int,
    _ random: inout RandomStream
  ) throws(MathError) -> [(name: String, values: Tensor<Double>)] {
    var moments = Moments()
    for shuffle in 0..<shuffles {
      var stream = random.substream(1 + shuffle)
      let shuffled = weights.shuffled(populations, tested: tested, &stream)
      moments.add(try MotifSums(shuffled, populations, tested: tested).motifs())
    }
    let (means, deviations) = (moments.means, moments.deviations)
    return all.indices.map { k in
      let scores = all[k].values.elements.indices.map { place in
        let deviation =
          deviations[k].values[place] * (Double(shuffles) / Double(max(1, shuffles - 1))).squareRoot()
        let difference = all[k].values[place] - means[k].values[place]
        return deviation > 1e-12 * means[k].values[place].magnitude ? difference / deviation : .nan
      }
      return (all[k].name, Tensor(scores, shape: all[k].values.shape))
    }
  }
}

/// Running means and squared deviations of every statistic (Welford's update).
private struct Moments {
  private var count = 0.0
  private var totals: [(name: String, mean: Tensor<Double>, squares: Tensor<Double>)] = []

  mutating func add(_ motifs: Motifs) {
    count += 1
    let values = motifs.all
    if totals.isEmpty {
      totals = values.map { ($0.name, $0.values.map { _ in 0 }, $0.values.map { _ in 0 }) }
    }
    for (k, new) in values.enumerated() {
      for place in new.values.elements.indices {
        let difference = new.values[place] - totals[k].mean[place]
        totals[k].mean[place] += difference / count
        totals[k].squares[place] += difference * (new.values[place] - totals[k].mean[place])
      }
    }
  }

  var means: [(name: String, values: Tensor<Double>)] { totals.map { ($0.name, $0.mean) } }
  /// Standard deviations, divided by the number.
  var deviations: [(name: String, values: Tensor<Double>)] {
    totals.map { total in (total.name, total.squares.map { ($0 / count).squareRoot() }) }
  }
}

extension Populations {
  /// The same populations with only the neurons `kept`; a population may become empty.
  func subset(_ kept: [Int]) -> Populations {
    Populations(names: names, codes: kept.map { codes[$0] })
  }
}

extension Connectivity {
  /// The weights between the neurons `kept`, ascending.
  public func subnetwork(_ kept: [Int]) -> Connectivity {
    switch self {
    case .dense(let matrix):
      var part = Matrix(repeating: 0, shape: [kept.count, kept.count])
      for (i, post) in kept.enumerated() {
        for (j, pre) in kept.enumerated() { part[i, j] = matrix[post, pre] }
      }
      return .dense(part)
    case .sparse(let matrix):
      var place = [Int32](repeating: -1, count: matrix.columns)
      for (new, old) in kept.enumerated() { place[old] = Int32(new) }
      var (offsets, indices, values) = ([0], [Int32](), [Double]())
      for i in kept {
        for k in matrix.offsets[i]..<matrix.offsets[i + 1] where place[Int(matrix.indices[k])] >= 0 {
          indices.append(place[Int(matrix.indices[k])])
          values.append(matrix.values[k])
        }
        offsets.append(values.count)
      }
      return .sparse(
        SparseMatrix(
          rows: kept.count, columns: kept.count, offsets: offsets, indices: indices, values: values))
    }
  }

  /// The same weights at other places of their blocks, drawn at random among the tested pairs, never on the diagonal.
  func shuffled(_ populations: Populations, tested: Connectivity?, _ random: inout RandomStream)
    -> Connectivity
  {
    if tested == nil, case .sparse(let matrix) = self {
      return .sparse(matrix.scattered(populations, &random))
    }
    let (types, codes) = (populations.count, populations.codes)
    var blocks = [[Double]](repeating: [], count: types * types)
    let pattern = values(where: tested ?? .dense(Matrix(repeating: 1, shape: [rows, columns])))
    pattern.forEachStored { i, j, k in
      blocks[Int(codes[i]) * types + Int(codes[j])].append(pattern.values[k])
    }
    for k in blocks.indices { random.shuffle(&blocks[k]) }
    var result = pattern
    pattern.forEachStored { i, j, k in
      result.values[k] = blocks[Int(codes[i]) * types + Int(codes[j])].popLast() ?? 0
    }
    return .dense(result.dense())
  }
}

extension SparseMatrix {
  /// The stored weights at random places of their blocks.
  fileprivate func scattered(_ populations: Populations, _ random: inout RandomStream) -> SparseMatrix {
    let (types, codes, members) = (populations.count, populations.codes, populations.members)
    var taken = Set<UInt64>()
    taken.reserveCapacity(count)
    var (posts, pres) = ([Int32](), [Int32]())
    var moved: [Double] = []
    for p in 0..<types {
      for q in 0..<types {
        for i in members[p] {
          for k in offsets[i]..<offsets[i + 1]
          where Int(indices[k]) != i && Int(codes[Int(indices[k])]) == q {
            while true {
              let post = members[p][random.below(members[p].count)]
              let pre = members[q][random.below(members[q].count)]
              guard post != pre, taken.insert(UInt64(post) << 32 | UInt64(pre)).inserted else { continue }
              posts.append(Int32(post))
              pres.append(Int32(pre))
              break
            }
            moved.append(values[k])
          }
        }
      }
    }
    // One weight for each place inside the matrix: the triplets are valid by construction.
    var byRow = [[(Int32, Double)]](repeating: [], count: rows)
    for k in moved.indices { byRow[Int(posts[k])].append((pres[k], moved[k])) }
    var (ends, columnsOf, weights) = ([0], [Int32](), [Double]())
    for row in byRow {
      for (column, weight) in row.sorted(by: { $0.0 < $1.0 }) {
        columnsOf.append(column)
        weights.append(weight)
      }
      ends.append(weights.count)
    }
    return SparseMatrix(rows: rows, columns: columns, offsets: ends, indices: columnsOf, values: weights)
  }
}
