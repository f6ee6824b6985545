internal import CHDF5
import EngramKit

extension H5Dataset {
  /// A deflate stream grows at most 1032-fold; a declared size beyond what the stored bytes can hold by that factor
  /// is a damaged file or a bomb. Fill values need no storage, so sizes below a gibibyte pass.
  private static let largestExpansion = 1032
  private static let harmless = 1 << 30
  private static let moreMemory =
    "allow more with --memory (convert and check have it), if you trust the file"

  /// Refuses a read of `elements` values that cannot be right or does not fit, before anything is allocated.
  func guardRead(_ elements: Int, bytesEach: Int) throws {
    if storage.isElsewhere, !file.followExternal {
      throw Problem(
        "keeps its elements in another file, which is not followed", at: place,
        fix: "pass --follow-external if you trust that file")
    }
    for filter in storage.filters where !filter.isAvailable {
      throw Problem(
        "uses filter \(filter.name) (\(filter.id)), which is not available", at: place,
        fix: "install the HDF5 plugin for \(filter.name) and set HDF5_PLUGIN_PATH, "
          + "or rewrite the file with deflate (h5repack -f GZIP=4)")
    }
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: max(bytesEach, 1))
    guard !overflow, bytes <= file.memoryLimit else {
      throw Problem(
        "declares \(elements == Int.max ? "more than 2^63" : "\(elements)") elements in this read, "
          + "more than the memory limit of \(file.memoryLimit) bytes holds", at: place,
        fix: H5Dataset.moreMemory)
    }
    // Chunks that are read block by block must not go on for ever: all of them count.
    let all =
      storage.chunk == nil ? bytes : count.multipliedReportingOverflow(by: max(bytesEach, 1)).partialValue
    let declared = all < bytes ? Int.max : all
    if let size = file.size, declared > H5Dataset.harmless, !storage.isElsewhere {
      let stored = storage.chunk == nil ? size : min(storage.bytes, size)
      let (most, open) = stored.multipliedReportingOverflow(
        by: storage.filters.isEmpty ? 8 : H5Dataset.largestExpansion)
      guard open || most > Int.max - H5Dataset.harmless || declared <= most + H5Dataset.harmless else {
        throw Problem(
          "declares \(storage.chunk == nil ? elements : count) elements but the file stores only \(stored) bytes for them",
          at: place,
          fix: "the file is damaged, or was never filled")
      }
    }
    if let chunk = storage.chunk {
      let (size, overflow) = product(chunk).multipliedReportingOverflow(by: max(type.storedBytes, 1))
      // A compressed chunk is unpacked whole, beside what is read out of it.
      let most = storage.filters.isEmpty ? file.memoryLimit : file.memoryLimit / 2
      guard !overflow, size <= most else {
        throw Problem(
          "declares chunks of \(overflow ? "more than 2^63" : "\(size)") bytes, which do not fit into the "
            + "memory limit of \(file.memoryLimit) bytes", at: place, fix: H5Dataset.moreMemory)
      }
    }
  }
}

extension H5Type {
  /// Bytes of one element in the file.
  var storedBytes: Int {
    switch self {
    case .integer(let bytes, _), .float(let bytes), .opaque(let bytes), .bitfield(let bytes): bytes
    case .string(let length): length ?? 16
    case .enumeration: 1
    case .compound(let fields): fields.reduce(0) { $0 + $1.type.storedBytes }
    case .array(let base, let shape):
      base.storedBytes.multipliedReportingOverflow(by: product(shape)).partialValue
    case .sequence: 16
    case .reference: 8
    case .regionReference: 12
    case .other: 1
    }
  }
}
