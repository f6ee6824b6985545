import EngramMath
import Foundation
import Testing

@Suite("Vector functions and spectra")
struct VectorTests {
  @Test("elementary functions agree with the C library to two units in the last place")
  func elementary() {
    let x = (0..<1003).map { 0.003 + 6 * Double($0) / 1003 }
    let all: [(ElementaryFunction, (Double) -> Double)] = [
      (.exponential, exp), (.exponentialMinusOne, expm1), (.logarithm, log), (.logarithmPlusOne, log1p),
      (.tanh, tanh), (.erf, erf), (.sine, sin), (.cosine, cos),
    ]
    for (function, reference) in all {
      for (value, input) in zip(apply(function, x), x) {
        #expect(
          (value - reference(input)).magnitude <= 2 * max(reference(input).ulp, 1e-18),
          "\(function) of \(input)")
      }
      let floats = x.map { Float($0) }
      for (value, input) in zip(apply(function, floats), floats) {
        let exact = Float(reference(Double(input)))
        #expect((value - exact).magnitude <= 2 * max(exact.ulp, 1e-9), "\(function) of \(input)")
      }
      // A remainder of the vector length must not give other bits.
      #expect(apply(function, Array(x.suffix(3))) == Array(apply(function, x).suffix(3)))
    }
    #expect(apply(.exponential, [Double]()).isEmpty)
  }

  @Test("the Fourier transform is the sum that defines it, and inverts", arguments: [1, 2, 12, 64, 97, 330])
  func fourier(n: Int) {
    let numbers = sample(n, 2)
    let x = (0..<n).map { Complex(numbers[$0, 0], numbers[$0, 1]) }
    let transform = fourierTransform(x)
    for k in 0..<n {
      let sum = (0..<n).reduce(Complex(0)) { sum, j in
        let angle = -2 * Double.pi * Double(j * k % n) / Double(n)
        return sum + x[j] * Complex(cos(angle), sin(angle))
      }
      #expect((transform[k] - sum).magnitude < 1e-12)
    }
    for (a, b) in zip(inverseFourierTransform(transform), x) { #expect((a - b).magnitude < 1e-14) }
    #expect(fourierTransform(x.map(\.real)).count == n / 2 + 1)
  }

  @Test("the integral of a power spectrum is the variance, and a sine peaks at its frequency")
  func spectrum() throws {
    var random = RandomStream(seed: 2)
    let interval = 0.5
    let noise: [Double] = random.normals(65_536)
    let white = try powerSpectrum(noise, interval: interval, segment: 256)
    #expect(white.frequencies.last == 1000 && white.frequencies[1] == 2000 / 256.0)
    // White noise of variance 1 at 2 kHz: one-sided density 1/1000.
    #expect((try mean(Array(white.density[2..<126])) * 1000 - 1).magnitude < 0.02)
    let sine = (0..<65_536).map { 3 * sin(2 * .pi * 125 * Double($0) * interval / 1000) }
    let peaked = try powerSpectrum(sine, interval: interval, segment: 256)
    let peak = peaked.density.indices.max { peaked.density[$0] < peaked.density[$1] } ?? 0
    #expect(peaked.frequencies[peak] == 125)
    #expect((peaked.density.reduce(0, +) * peaked.frequencies[1] / 4.5 - 1).magnitude < 1e-3)
    #expect(throws: MathError.self) { try powerSpectrum([1, 2], interval: 1, segment: 8) }
  }
}
