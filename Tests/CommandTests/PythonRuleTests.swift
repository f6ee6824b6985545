import Foundation
import Testing

@Suite("A learning rule in Python", .enabled(if: Examples.hasPython, Examples.withoutPython))
struct PythonRuleTests {
  @Test("asks for the losses of weights of its own, and gets its memory back with each request")
  func asks() throws {
    let folder = try Folder()
    let path = try Examples.copy("python/outer-product", to: folder, as: "two-point")
    try FileManager.default.removeItem(atPath: path + "/test_outer_product.py")
    try FileManager.default.removeItem(atPath: path + "/example.yaml")
    try folder.write("# two-point\n", to: "two-point/README.md")
    let manifest = try folder.text("two-point/manifest.json")
    try folder.write(
      manifest.replacing("outer-product", with: "two-point").replacing("outer_product", with: "two_point")
        .replacing("\"traces\"", with: "\"loss\""), to: "two-point/manifest.json")
    try folder.write(
      """
      import numpy as np
      import engram_plugin


      class TwoPoint:
          def __init__(self, parameters):
              self.parameters = parameters

          def estimate(self, weights, trials):
              values = engram_plugin.losses([{"W": weights["W"] + 1}, {"W": weights["W"] - 1}])
              self.memory["seen"] = values
              return {"W": np.full_like(weights["W"], values.sum())}

          def apply(self, estimate, weights, clock):
              return {"W": weights["W"] - estimate["W"] * self.memory["seen"][0]}


      engram_plugin.run_rule(TwoPoint)
      """, to: "two-point/two_point.py")
    // A model whose loss is 3 wherever it is asked: the estimate is 6, and the step 6 times the remembered 3.
    try folder.write(
      """
      {"cases": [{"name": "constant loss", "loss": 3, "weights": {"W": {"shape": [1, 2], "values": [20, 18]}},
        "expect": {"estimate/W": {"values": [6, 6], "tolerance": 0}, "weights/W": {"values": [2, 0], "tolerance": 0}}}]}
      """, to: "two-point/cases.json")
    let outcome = try Engram.run(["plugin", "test", "two-point"], in: folder.url)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.messages)")
    #expect(outcome.output.contains("ok     case: constant loss"))
  }
}
