import CKissFFT
import Glibc

/// The discrete Fourier transform sum x_j exp(-2 pi i jk/n) of `x`.
///
/// - Complexity: O(*n* log *n*) where *n* has small factors; O(*n* p) with a largest prime factor p.
public func fourierTransform(_ x: [Complex]) -> [Complex] { transform(x, inverse: false) }

/// The inverse transform, with the factor 1/n.
public func inverseFourierTransform(_ x: [Complex]) -> [Complex] {
  transform(x, inverse: true).map { (1 / Double(x.count)) * $0 }
}

/// The first n/2 + 1 coefficients of the transform of real numbers; the others are their conjugates.
public func fourierTransform(_ x: [Double]) -> [Complex] {
  Array(fourierTransform(x.map { Complex($0) }).prefix(x.count / 2 + 1))
}

private func transform(_ x: [Complex], inverse: Bool) -> [Complex] {
  guard x.count > 1 else { return x }
  let from = x.flatMap { [$0.real, $0.imaginary] }
  var to = [Double](repeating: 0, count: from.count)
  let status = engram_kissfft(from, &to, x.count, inverse ? 1 : 0)
  precondition(status == 0, "no memory for a Fourier transform of \(x.count) numbers")
  return x.indices.map { Complex(to[2 * $0], to[2 * $0 + 1]) }
}

/// A one-sided power spectral density.
public struct PowerSpectrum: Sendable {
  /// Hertz where the interval was in milliseconds; shape [n/2 + 1], from 0 to half the sampling rate.
  public let frequencies: [Double]
  /// Squared unit of the signal per hertz; its integral over frequency is the signal's variance.
  public let density: [Double]
}

/// Welch's power spectral density: Hann windows of `segment` samples that overlap by half, each without its mean.
///
/// - Parameters:
///   - x: Equally spaced samples.
///   - interval: Time between samples, ms.
///   - segment: Samples in one window, at most as many as there are; sets the resolution 1/(segment interval).
/// - Throws: `MathError.infeasible` when there is no full window.
public func powerSpectrum(_ x: [Double], interval: Double, segment: Int) throws(MathError) -> PowerSpectrum {
  guard segment >= 4, segment <= x.count, interval > 0 else {
    throw .infeasible(
      "windows of \(segment) samples, every \(interval) ms, over a signal of \(x.count) samples")
  }
  let window = (0..<segment).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(segment)) }
  let rate = 1000 / interval
  let scale = 1 / (rate * window.reduce(0) { $0 + $1 * $1 })
  var density = [Double](repeating: 0, count: segment / 2 + 1)
  let starts = Array(stride(from: 0, through: x.count - segment, by: max(1, segment / 2)))
  for start in starts {
    let part = x[start..<start + segment]
    let centre = part.reduce(0, +) / Double(segment)
    let coefficients = fourierTransform(zip(part, window).map { ($0 - centre) * $1 })
    for (k, coefficient) in coefficients.enumerated() {
      // Each frequency but zero and half the rate stands for its negative too.
      let sides = k == 0 || 2 * k == segment ? 1.0 : 2.0
      density[k] += sides * scale * coefficient.squaredMagnitude / Double(starts.count)
    }
  }
  return PowerSpectrum(
    frequencies: density.indices.map { Double($0) * rate / Double(segment) }, density: density)
}
