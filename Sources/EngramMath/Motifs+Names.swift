import Foundation

extension Motifs {
  /// Each different motif correlation once, with a name such as `E→I→E`, read from cause to effect.
  public func named(_ names: [String]) -> [(name: String, value: Double)] {
    let types = names.count
    var result: [(name: String, value: Double)] = []
    for p in 0..<types {
      for q in p..<types { result.append(("\(names[p])⇄\(names[q])", reciprocal[p, q])) }
    }
    for p in 0..<types {
      for k in 0..<types {
        for q in 0..<types {
          result.append(("\(names[q])→\(names[k])→\(names[p])", chain[p, k, q]))
          if q >= k { result.append(("\(names[k])→\(names[p])←\(names[q])", convergent[p, k, q])) }
          if k >= p { result.append(("\(names[p])←\(names[q])→\(names[k])", divergent[p, k, q])) }
        }
      }
    }
    return result
  }

  /// Why correlations are NaN: a sentence for each population or block at fault.
  public func undefined(_ populations: Populations) -> [String] {
    var reasons: [String] = []
    for (p, name) in populations.names.enumerated() where populations.sizes[p] == 1 {
      reasons.append("\(name) has one neuron: motifs with two different \(name) neurons are NaN.")
    }
    for p in 0..<populations.count {
      for q in 0..<populations.count {
        let block = "\(populations.names[q])→\(populations.names[p])"
        if pairs[p, q] == 0 {
          guard p != q || populations.sizes[p] > 1 else { continue }
          reasons.append("No pair \(block) was tested: its motifs are NaN.")
        } else if variance[p, q] == 0, mean[p, q] == 0 {
          reasons.append(
            "None of the \(Int(pairs[p, q])) pairs \(block) is connected: correlations of its weights are NaN."
          )
        } else if variance[p, q] == 0 {
          reasons.append(
            "All \(Int(pairs[p, q])) weights \(block) equal \(String(format: "%.6g", mean[p, q])): their correlations are NaN."
          )
        }
      }
    }
    return reasons
  }
}

extension Connectivity {
  /// Each stored weight passed through `change`, which must keep 0 in a sparse matrix.
  public func map(_ change: (Double) -> Double) -> Connectivity {
    switch self {
    case .dense(let matrix): return .dense(matrix.map(change))
    case .sparse(var matrix):
      matrix.values = matrix.values.map(change)
      return .sparse(matrix)
    }
  }
}
