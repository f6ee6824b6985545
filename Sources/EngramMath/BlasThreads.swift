import CLAPACK

/// Threads inside one BLAS call: one unless set, since sums would depend on their number and workers share the cores.
public enum BlasThreads {
  static let started: Void = openblas_set_num_threads(1)

  /// Uses `count` threads in each later BLAS call; results may then differ in the last bits from those of one thread.
  public static func set(_ count: Int) {
    _ = started
    openblas_set_num_threads(Int32(max(1, count)))
  }

  /// The number of threads that BLAS calls use now.
  public static var count: Int {
    _ = started
    return Int(openblas_get_num_threads())
  }
}
