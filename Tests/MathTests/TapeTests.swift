import EngramMath
import Foundation
import Testing

@Suite("Gradient tape")
struct TapeTests {
  @Test("values broadcast as NumPy does, and a sum undoes it")
  func broadcasting() {
    let a = Variable(Tensor([1.0, 2, 3], shape: [3, 1]))
    let b = Variable(Tensor([10.0, 20], shape: [2]))
    let sum = a + b
    #expect(sum.value == Tensor([11, 21, 12, 22, 13, 23], shape: [3, 2]))
    #expect(sum.summed(to: [1, 2]).value == Tensor([36, 66], shape: [1, 2]))
    #expect(sum.sum(over: [0, 1]).scalar == 102 && sum.mean().scalar == 17)
    #expect((b - a).value == Tensor([9, 19, 8, 18, 7, 17], shape: [3, 2]))
    #expect(sum.permuted([1, 0]).value == sum.value.transposed())
    #expect(Variable(Tensor<Double>([], shape: [0, 3])).sum(over: [0]).value.elements == [0, 0, 0])
  }

  @Test("a gradient is zero where there is no dependence, and shared inputs are added")
  func dependence() {
    let x = Variable(Tensor([2.0], shape: [1]), needsGradient: true)
    let unused = Variable(Tensor([2.0, 1], shape: [2]), needsGradient: true)
    let constant = Variable(Tensor([5.0], shape: [1]))
    let y = x * x * constant + x
    let found = gradients(of: y, by: [x, unused, x])
    #expect(
      found[0].value.elements == [21] && found[1].value.elements == [0, 0] && found[2].value.elements == [21])
    #expect(gradients(of: x, by: [x])[0].value.elements == [1])
    let seeded = gradients(of: x * x, by: [x], seed: Tensor([3.0], shape: [1]))
    #expect(seeded[0].value.elements == [12])
  }

  @Test("the third derivative of x⁴ is 24 x")
  func third() {
    let x = Variable(Tensor([1.5], shape: []), needsGradient: true)
    var y = x.applying(.square).applying(.square)
    for _ in 0..<3 { y = gradients(of: y, by: [x], differentiable: true)[0] }
    #expect((y.scalar - 36).magnitude < 1e-12)
  }

  @Test("a chain of 200,000 operations is differentiated and freed without recursion")
  func depth() {
    let x = Variable(Tensor([1.0], shape: []), needsGradient: true)
    var y = x
    for _ in 0..<200_000 { y = y + x }
    #expect(gradients(of: y, by: [x])[0].scalar == 200_001)
  }

  @Test("softmax and its logarithm survive large and infinite numbers")
  func softmax() {
    let x = Variable(Tensor([1000.0, 1001, -.infinity], shape: [1, 3]))
    let weight = 1 / (1 + exp(1.0))
    #expect(distance(x.softmax().value.elements, [weight, 1 - weight, 0]) < 1e-15)
    #expect(
      (x.logSoftmax().value[0] - log(weight)).magnitude < 1e-14 && x.logSoftmax().value[2] == -.infinity)
  }

  @Test("a user's own operation takes part, differentiable twice")
  func custom() {
    func cube(_ x: Variable<Double>) -> Variable<Double> {
      Variable(x.value.map { $0 * $0 * $0 }, from: [x]) { pull in
        pull.add(0, 3 * pull.gradient * pull.input(0) * pull.input(0))
      }
    }
    let inputs = [sample(2, 3)]
    #expect(gradientError(inputs) { weighed(cube($0[0])) } < 1e-8)
    #expect(hessianError(inputs) { weighed(cube($0[0])) } < 1e-7)
  }

  @Test("float32 follows float64 to its precision through a network over time")
  func precision() {
    func gradient<Element: Real>(_ type: Element.Type) -> [Double] {
      let w = Variable(sample(6, 6, seed: 3).map { Element($0) }, needsGradient: true)
      let drive = Variable(sample(8 * 4, 6, seed: 4).map { Element($0) })
      var h = Variable<Element>(Tensor(repeating: 0, shape: [4, 6]))
      for t in 0..<8 {
        let z = multiply(h, w, adding: drive.rows(4 * t..<4 * t + 4), transposeB: true)
        h = h.leakyStep(drive: z, leak: 0.3, .tanh)
      }
      return gradients(of: h.applying(.square).mean(), by: [w])[0].value.elements.map { Double($0) }
    }
    #expect(distance(gradient(Float.self), gradient(Double.self)) < 1e-7)
  }
}
