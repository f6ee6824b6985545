import EngramFormats
import EngramKit
import Foundation
import Testing

/// Two thousand damaged files: each is read or refused with a sentence, and none hangs or takes the process down.
@Suite(.enabled(if: Samples.areHere)) struct MutationTests {
  /// Files of every reader that does not go through libhdf5, which has a guard and tests of its own.
  static let samples = [
    "peer_written/numpy/csr_compressed.npz", "peer_written/numpy/coo.npz", "peer_written/numpy/bsr.npz",
    "peer_written/numpy/brian_like_spikes.npz", "peer_written/numpy/dense_fortran_f32.npy",
    "peer_written/numpy/spikes_struct.npy", "peer_written/mtx/general_real.mtx",
    "peer_written/mtx/symmetric.mtx",
    "peer_written/mtx/dense_array.mtx", "peer_written/csv/edges_header.csv",
    "peer_written/csv/named.edgelist",
    "peer_written/csv/named.graphml", "simulators/brian2/synapses.npz", "simulators/brian2/spikes.csv",
    "simulators/nest/connections.dat", "simulators/nest/spikes_E-42-0.dat", "simulators/nest/vm-44-0.dat",
    "simulators/netpyne/net_data.json", "real/celegans/aconnectome_white_1986_whole.csv",
    "real/grasshopper/grasshopper_spike_times1.txt",
  ]

  @Test(arguments: samples) func mutated(_ name: String) throws {
    let scratch = try Scratch()
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: Samples.path("samples/\(name)"))))
    let format = try source(Samples.path("samples/\(name)")).format
    let reader = try #require(FormatCatalogue.reader(format))
    var options = ConversionOptions()
    (options.orientation, options.timeUnit, options.idBase, options.dt) = (.postRows, "s", 0, 0.1)
    var random = RandomStream(seed: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    let start = ContinuousClock.now
    for _ in 0..<100 {
      var bytes = whole
      func place() -> Int { Int(random.next() % UInt64(max(1, bytes.count))) }
      switch random.next() % 4 {
      case 0: bytes.removeLast(place())
      case 1:
        let at = place()
        bytes.replaceSubrange(at..<min(bytes.count, at + 64), with: [])
      case 2:
        bytes.insert(contentsOf: (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: place())
      default:
        // Heads are short, and most of what matters is in them.
        for _ in 0..<1 + random.next() % 8 where !bytes.isEmpty {
          let at = random.next() % 2 == 0 ? place() : Int(random.next() % 200) % bytes.count
          bytes[at] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      let path = try scratch.file("sample-1-0.dat", bytes)
      do {
        let contents = try reader.contents(of: path, options)
        for stream in contents.edges { try stream.blocks { _ in } }
        for stream in contents.spikes { try stream.blocks { _ in } }
        for stream in contents.traces { _ = try stream.read(0..<min(stream.frames, 10)) }
        for stream in contents.arrays { _ = try stream.read(0..<min(stream.shape.first ?? 1, 10)) }
      } catch let problem as Problem {
        #expect(!problem.what.isEmpty && !problem.what.contains("\n"), "\(problem)")
        #expect(problem.what.utf8.count < 2000, "\(problem.what.prefix(200))…")
      }
    }
    // A hundred files of at most a quarter of a megabyte: a minute is far more than they take.
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
