import EngramKit
import Testing

@Suite("degree-statistics")
struct DegreeStatisticsTests {
  /// a → b and back, a → c, d → d, e alone; a and b are of type x.
  private let weights = Matrix(
    [
      0, 2, 0, 0, 0,
      3, 0, 0, 0, 0,
      -1, 0, 0, 0, 0,
      0, 0, 0, 7, 0,
      0, 0, 0, 0, 0,
    ], shape: [5, 5])

  @Test("counts inputs in rows and outputs in columns", arguments: [false, true])
  func counts(sparse: Bool) throws {
    let result = try statistics(sparse ? .sparse(SparseMatrix(weights)) : .dense(weights))
    #expect(try result.values("in_degree") == [1, 1, 1, 0, 0])
    #expect(try result.values("out_degree") == [2, 1, 0, 0, 0])
    #expect(try result.values("in_strength") == [2, 3, -1, 0, 0])
    #expect(try result.values("out_strength") == [2, 2, 0, 0, 0])
    #expect(try result.values("self_connections") == [1])
    #expect(try result.values("isolated") == [2])
    #expect(try result.values("connections") == [2, 0, 1, 0])
    #expect(agree(try result.values("density"), [1, 0, 1.0 / 6, 0], within: 1e-15))
    #expect(agree(try result.values("reciprocity"), [1, .nan, 0, .nan], within: 1e-15))
    #expect(try abs(result.values("overall_reciprocity")[0] - 2.0 / 3) < 1e-15)
    #expect(try result.values("weight_count").reduce(0, +) == 4)
  }

  @Test("the picture orders neurons by type and keeps the mean weight", arguments: [false, true])
  func image(sparse: Bool) throws {
    var random = Lehmer()
    let n = 30
    let types = (0..<n).map { $0 % 3 == 0 ? "b" : "a" }
    let weights = Matrix((0..<n * n).map { _ in Double.random(in: 0...1, using: &random) }, shape: [n, n])
    let full = try statistics(sparse ? .sparse(SparseMatrix(weights)) : .dense(weights), types)
    let order = (0..<n).filter { $0 % 3 == 0 } + (0..<n).filter { $0 % 3 != 0 }
    let image = try #require(full.numbers("adjacency_image"))
    #expect(image.shape == [n, n])
    #expect(image[3, 17] == weights[order[3], order[17]])
    let coarse = try statistics(
      sparse ? .sparse(SparseMatrix(weights)) : .dense(weights), types, ["image_side": .integer(6)])
    let cells = try coarse.values("adjacency_image")
    #expect(abs(cells.reduce(0, +) / 36 - weights.elements.reduce(0, +) / Double(n * n)) < 1e-12)
    #expect(coarse.values["image_types"] == .labels(["b", "b", "a", "a", "a", "a"]))
  }

  private func statistics(
    _ weights: Connectivity, _ types: [String] = ["x", "x", "y", "y", "y"], _ set: [String: Value] = [:]
  ) throws -> MemorySink {
    try analyse("degree-statistics", ["connectivity": .connectivity(weights), "types": .labels(types)], set)
  }
}
