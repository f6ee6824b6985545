internal import CHDF5
import Foundation
import Synchronization

/// libhdf5 keeps global state, so one lock is held over each sequence of calls.
private let mutex = Mutex(())
/// The thread that holds `mutex`, 0 for none: a thread that holds it already does not wait for itself.
private let owner = Atomic<UInt>(0)

/// Runs `body` with libhdf5 to itself; nests, so a function that holds the lock may call one that takes it.
///
/// Only the holder can have stored its own thread, hence the relaxed order suffices.
@discardableResult
func hdf5<T: ~Copyable & Sendable, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
  let me = UInt(pthread_self())
  if owner.load(ordering: .relaxed) == me { return try body() }
  return try mutex.withLock { _ throws(E) in
    owner.store(me, ordering: .relaxed)
    DamageGuard.enter()
    defer {
      DamageGuard.leave()
      owner.store(0, ordering: .relaxed)
    }
    engram_silence()
    return try body()
  }
}

/// An identifier of libhdf5 that is closed exactly once; never leaves this room.
struct Handle: ~Copyable, Sendable {
  let id: hid_t

  /// Takes over `id`.
  ///
  /// - Throws: `Problem` with the library's reason when `id` is negative.
  init(_ id: hid_t, _ doing: @autoclosure () -> String, at place: @autoclosure () -> String) throws {
    guard id >= 0 else { throw libraryProblem(doing(), at: place()) }
    self.id = id
  }

  /// One reference less is how every kind of identifier is closed. A file that closed first took this one along:
  /// libhdf5 counts identifiers upwards and does not reuse them, so the check is sound.
  deinit {
    hdf5 { if H5Iis_valid(id) > 0 { _ = H5Idec_ref(id) } }
  }
}

/// Passes `status` on, or throws the library's reason when it is negative.
@discardableResult
func checked<I: SignedInteger>(
  _ status: I, _ doing: @autoclosure () -> String, at place: @autoclosure () -> String
) throws -> I {
  guard status >= 0 else { throw libraryProblem(doing(), at: place()) }
  return status
}
