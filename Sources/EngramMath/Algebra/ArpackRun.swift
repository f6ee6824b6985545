import CARPACK

/// One run of ARPACK's reverse communication, general (dnaupd) or symmetric (dsaupd).
struct ArpackRun {
  let size: Int
  let count: Int
  let subspace: Int
  let target: EigenTarget
  let symmetric: Bool
  private let tolerance: Double
  private var residual: [Double]
  private var basis: [Double]
  private var parameters = [Int32](repeating: 0, count: 11)
  private var pointers = [Int32](repeating: 0, count: 14)
  private var workspace: [Double]
  private var small: [Double]

  init(size: Int, count: Int, options: ArnoldiOptions, target: EigenTarget, symmetric: Bool) throws {
    _ = BlasThreads.started
    let room = symmetric ? 1 : 2
    guard count > 0, count + room <= size else {
      throw MathError.infeasible(
        "\(count) leading eigenvalues of an operator of size \(size): the iteration needs at least \(room) more rows"
      )
    }
    let wanted = options.subspace ?? max(20, 2 * count + 1)
    subspace = min(size, max(wanted, count + room))
    (self.size, self.count, self.target, self.symmetric) = (size, count, target, symmetric)
    tolerance = options.tolerance
    var stream = RandomStream(seed: 0x456e_6772_616d)
    residual = stream.uniforms(size).map { 2 * $0 - 1 }
    basis = [Double](repeating: 0, count: size * subspace)
    workspace = [Double](repeating: 0, count: 3 * size)
    small = [Double](repeating: 0, count: subspace * (symmetric ? subspace + 8 : 3 * subspace + 6))
    parameters[0] = 1
    parameters[2] = Int32(clamping: max(1, options.restarts))
    parameters[3] = 1
    parameters[6] = 1
  }

  private var which: String {
    switch target {
    case .largestMagnitude: "LM"
    case .largestReal: symmetric ? "LA" : "LR"
    case .smallestReal: symmetric ? "SA" : "SR"
    }
  }

  mutating func iterate(_ apply: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) throws -> Void) throws
  {
    var (task, info) = (Int32(0), Int32(1))
    while true {
      let step = symmetric ? dsaupd_c : dnaupd_c
      step(
        &task, "I", Int32(size), which, Int32(count), tolerance, &residual, Int32(subspace), &basis,
        Int32(size),
        &parameters, &pointers, &workspace, &small, Int32(small.count), &info)
      guard task == 1 || task == -1 else { break }
      let (from, to) = (Int(pointers[0]) - 1, Int(pointers[1]) - 1)
      try workspace.withUnsafeMutableBufferPointer { work in
        guard let base = work.baseAddress else { return }
        try apply(base + from, base + to)
        guard (0..<size).allSatisfy({ base[to + $0].isFinite }) else {
          throw MathError.notFinite("a product with the operator is not finite")
        }
      }
    }
    // 1: the limit of restarts; 3: no shift could be applied. Both leave what converged so far.
    guard info == 0 || info == 1 || info == 3 else {
      throw MathError.notConverged("ARPACK stopped with code \(info) on an operator of size \(size)")
    }
  }

  private var converged: Int { Int(parameters[4]) }

  private func result(_ pairs: [(value: Complex, vector: [Complex])]) -> LeadingEigen {
    let order = pairs.indices.sorted { a, b in
      let (x, y) = (pairs[a].value, pairs[b].value)
      switch target {
      case .largestMagnitude: return (y.magnitude, y.real, y.imaginary) < (x.magnitude, x.real, x.imaginary)
      case .largestReal: return (y.real, y.imaginary) < (x.real, x.imaginary)
      case .smallestReal: return (x.real, y.imaginary) < (y.real, x.imaginary)
      }
    }.prefix(count)
    let vectors = order.map { pairs[$0].vector }
    return LeadingEigen(
      values: order.map { pairs[$0].value }, vectors: vectors.contains { $0.isEmpty } ? [] : vectors,
      requested: count, restarts: Int(parameters[2]), products: Int(parameters[8]), subspace: subspace)
  }

  mutating func generalResult(vectors: Bool) throws -> LeadingEigen {
    guard converged > 0 else { return result([]) }
    var (real, imaginary) = (
      [Double](repeating: 0, count: count + 1), [Double](repeating: 0, count: count + 1)
    )
    var z = [Double](repeating: 0, count: vectors ? size * (count + 1) : 1)
    var extra = [Double](repeating: 0, count: 3 * subspace)
    let selected = [Int32](repeating: 0, count: subspace)
    var info = Int32(0)
    dneupd_c(
      vectors ? 1 : 0, "A", selected, &real, &imaginary, &z, Int32(size), 0, 0, &extra, "I", Int32(size),
      which,
      Int32(count), tolerance, &residual, Int32(subspace), &basis, Int32(size), &parameters, &pointers,
      &workspace,
      &small, Int32(small.count), &info)
    guard info == 0 else {
      throw MathError.notConverged("ARPACK could not extract eigenvalues: code \(info)")
    }
    let found = min(converged, count + 1)
    return result(
      (0..<found).map { j in
        guard vectors else { return (Complex(real[j], imaginary[j]), []) }
        return (Complex(real[j], imaginary[j]), vector(j, imaginary, z))
      })
  }

  /// A conjugate pair lies in two neighbouring columns, real and imaginary part of the vector of the first, whose
  /// eigenvalue has the positive imaginary part.
  private func vector(_ j: Int, _ imaginary: [Double], _ z: [Double]) -> [Complex] {
    if imaginary[j] == 0 { return (0..<size).map { Complex(z[j * size + $0]) } }
    let (first, sign) = imaginary[j] > 0 ? (j, 1.0) : (j - 1, -1.0)
    return (0..<size).map { Complex(z[first * size + $0], sign * z[(first + 1) * size + $0]) }
  }

  mutating func symmetricResult(vectors: Bool) throws -> LeadingEigen {
    guard converged > 0 else { return result([]) }
    var values = [Double](repeating: 0, count: count)
    var z = [Double](repeating: 0, count: vectors ? size * count : 1)
    let selected = [Int32](repeating: 0, count: subspace)
    var info = Int32(0)
    dseupd_c(
      vectors ? 1 : 0, "A", selected, &values, &z, Int32(size), 0, "I", Int32(size), which, Int32(count),
      tolerance,
      &residual, Int32(subspace), &basis, Int32(size), &parameters, &pointers, &workspace, &small,
      Int32(small.count), &info)
    guard info == 0 else {
      throw MathError.notConverged("ARPACK could not extract eigenvalues: code \(info)")
    }
    return result(
      (0..<min(converged, count)).map { j in
        (Complex(values[j]), vectors ? (0..<size).map { Complex(z[j * size + $0]) } : [])
      })
  }
}
