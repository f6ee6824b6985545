import CLAPACK

/// float32 or float64: the elements that dense algebra and gradients are made for.
public protocol Real: BinaryFloatingPoint, Sendable {
  /// C = alpha op(A) op(B) + beta C over row-major matrices: op(A) is m × k, op(B) k × n, and `lda`, `ldb`, `ldc`
  /// are the lengths of the stored rows.
  static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Self,
    _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self,
    _ c: UnsafeMutablePointer<Self>, _ ldc: Int)
  /// y = alpha op(A) x + beta y, with A stored as `rows` × `columns`, row-major.
  static func gemv(
    _ transpose: Bool, _ rows: Int, _ columns: Int, _ alpha: Self, _ a: UnsafePointer<Self>,
    _ x: UnsafePointer<Self>, _ beta: Self, _ y: UnsafeMutablePointer<Self>)
  /// y[i] = function(x[i]) for `count` elements; `x` and `y` may be the same array.
  static func apply(
    _ function: ElementaryFunction, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, _ count: Int)
}

/// `count` zeros. Generic code that is not itself compiled for both types would write them one by one, ten times slower.
@specialized(where Element == Float)
@specialized(where Element == Double)
func zeroElements<Element: Real>(_ count: Int) -> [Element] { [Element](repeating: 0, count: count) }

extension Tensor where Element: Real {
  /// Zeros in `shape`.
  static func zeros(_ shape: [Int]) -> Tensor {
    Tensor(zeroElements(shape.reduce(1, *)), shape: shape)
  }
}

extension Float: Real {
  public static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Float,
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int, _ beta: Float,
    _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) {
    _ = BlasThreads.started
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), alpha, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
  }

  public static func gemv(
    _ transpose: Bool, _ rows: Int, _ columns: Int, _ alpha: Float, _ a: UnsafePointer<Float>,
    _ x: UnsafePointer<Float>, _ beta: Float, _ y: UnsafeMutablePointer<Float>
  ) {
    _ = BlasThreads.started
    cblas_sgemv(
      CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), alpha, a,
      Int32(max(1, columns)), x, 1, beta, y, 1)
  }
}

extension Double: Real {
  public static func gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    _ = BlasThreads.started
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), alpha, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
  }

  public static func gemv(
    _ transpose: Bool, _ rows: Int, _ columns: Int, _ alpha: Double, _ a: UnsafePointer<Double>,
    _ x: UnsafePointer<Double>, _ beta: Double, _ y: UnsafeMutablePointer<Double>
  ) {
    _ = BlasThreads.started
    cblas_dgemv(
      CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), alpha, a,
      Int32(max(1, columns)), x, 1, beta, y, 1)
  }
}
