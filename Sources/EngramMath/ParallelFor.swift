import Dispatch
import Foundation
import Synchronization

/// How many threads `parallelFor` may use; results never depend on it.
public enum WorkerThreads {
  private static let setting = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

  /// The number of threads, at first the number of processors.
  public static var count: Int { setting.load(ordering: .relaxed) }

  /// Uses at most `count` threads from now on; a process that is one worker of many sets 1.
  public static func set(_ count: Int) { setting.store(max(1, count), ordering: .relaxed) }
}

/// Calls `body` once for each of `chunks` numbers, on several threads.
///
/// Chunks are a fixed partition of the work chosen by the caller: a body that writes only what its chunk owns gives
/// the same result for any number of threads.
public func parallelFor(chunks: Int, _ body: (Int) -> Void) {
  let threads = min(WorkerThreads.count, chunks)
  guard threads > 1 else {
    for chunk in 0..<max(0, chunks) { body(chunk) }
    return
  }
  let next = Atomic<Int>(0)
  withoutActuallyEscaping(body) { body in
    withUnsafePointer(to: body) { closure in
      // Kernels capture unsafe buffers, which are not Sendable; the address of the body is. The call below returns
      // only when all chunks are done, so the closure outlives every use.
      let address = Int(bitPattern: closure)
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        guard let body = UnsafePointer<(Int) -> Void>(bitPattern: address)?.pointee else { return }
        while true {
          let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard chunk < chunks else { return }
          body(chunk)
        }
      }
    }
  }
}

/// Calls `body` with consecutive ranges of at most `grain` that cover 0..<`count`, on several threads.
public func parallelFor(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let grain = max(1, grain)
  parallelFor(chunks: (count + grain - 1) / grain) { chunk in
    body(chunk * grain..<min(count, (chunk + 1) * grain))
  }
}
