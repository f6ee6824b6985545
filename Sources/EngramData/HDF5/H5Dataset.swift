internal import CHDF5
import EngramKit

/// A dataset: an array of one element type, on disk.
public struct H5Dataset: H5Object {
  let node: H5Node
  /// The stored element type.
  public let type: H5Type
  /// Whether the dataspace is null: no shape at all, unlike a shape with a zero in it.
  public let isNull: Bool
  /// Extent of each dimension; empty for a scalar, `[0]` for a null dataspace.
  public internal(set) var shape: [Int]
  /// Largest extents; nil where unlimited.
  public let maxShape: [Int?]
  /// How the elements lie in the file.
  public let storage: H5Storage

  init(_ node: H5Node) throws {
    self.node = node
    let place = node.place
    guard hdf5({ H5Iget_type(node.id) }) == H5I_DATASET else { throw Problem("is not a dataset", at: place) }
    (type, isNull, shape, maxShape, storage) = try hdf5 {
      let type = try Handle(H5Dget_type(node.id), "read the element type", at: place)
      let space = try Handle(H5Dget_space(node.id), "read the shape", at: place)
      let (isNull, shape, maxShape) = try extent(of: space.id, at: place)
      return (H5Type(of: type.id), isNull, shape, maxShape, try H5Storage(of: node.id, at: place))
    }
  }

  public var path: String { node.path }
  public var place: String { node.place }
  public var attributes: H5Attributes { H5Attributes(node) }
  /// The file this belongs to.
  public var file: H5File { node.file }
  /// The number of elements; `Int.max` when the declared product exceeds it.
  public var count: Int { product(shape) }
}

/// How a dataset's elements lie in the file, to read or to ask for.
public struct H5Storage: Sendable, Equatable {
  /// Extents of a chunk; nil for contiguous or compact storage.
  public var chunk: [Int]?
  /// Groups the bytes of equal significance before compressing: numbers compress better.
  public var shuffle = false
  /// zlib level 0…9; nil for none.
  public var deflate: Int?
  /// Whether each chunk carries a checksum.
  public var fletcher32 = false
  /// All filters in order, as read from a file; ignored when creating.
  public var filters: [H5Filter] = []
  /// Bytes the elements take in the file, as read; 0 when creating.
  public var bytes = 0
  /// Whether the elements lie in other files (external storage, virtual dataset).
  public var isElsewhere = false

  public init(chunk: [Int]? = nil, shuffle: Bool = false, deflate: Int? = nil, fletcher32: Bool = false) {
    self.chunk = chunk
    self.shuffle = shuffle
    self.deflate = deflate
    self.fletcher32 = fletcher32
  }

  /// One block without filters: what every peer reads.
  public static let contiguous = H5Storage()

  /// Chunks with shuffle and deflate.
  public static func compressed(chunk: [Int], level: Int = 4) -> H5Storage {
    H5Storage(chunk: chunk, shuffle: true, deflate: level)
  }
}

/// A step chunks pass through on their way to and from the file.
public struct H5Filter: Sendable, Equatable {
  /// The number registered with The HDF Group.
  public var id: Int
  /// The name stored in the file, or the registered one.
  public var name: String
  /// Whether this machine can undo it.
  public var isAvailable: Bool
}

/// Rank of HDF5 arrays is at most 32.
private let rankLimit = 32

/// Shape and largest shape of the dataspace `space`; the lock is held.
func extent(of space: hid_t, at place: String) throws -> (isNull: Bool, shape: [Int], maxShape: [Int?]) {
  let kind = H5Sget_simple_extent_type(space)
  if kind == H5S_NULL { return (true, [0], [0]) }
  let rank = Int(try checked(H5Sget_simple_extent_ndims(space), "read the shape", at: place))
  guard rank <= rankLimit else {
    throw Problem("declares \(rank) dimensions, more than HDF5 allows", at: place)
  }
  var now = [hsize_t](repeating: 0, count: rank)
  var most = now
  if rank > 0 { try checked(H5Sget_simple_extent_dims(space, &now, &most), "read the shape", at: place) }
  return (
    false, now.map { Int(clamping: $0) }, most.map { $0 == engram_h5s_unlimited() ? nil : Int(clamping: $0) }
  )
}

/// The product of `shape`, `Int.max` on overflow.
func product(_ shape: [Int]) -> Int {
  var total = 1
  for extent in shape {
    let (next, overflow) = total.multipliedReportingOverflow(by: extent)
    if overflow { return shape.contains(0) ? 0 : Int.max }
    total = next
  }
  return total
}

extension H5Storage {
  /// Reads layout and filters of the open dataset `id`; the lock is held.
  init(of id: hid_t, at place: String) throws {
    let creation = try Handle(H5Dget_create_plist(id), "read the storage layout", at: place)
    let layout = H5Pget_layout(creation.id)
    bytes = Int(clamping: H5Dget_storage_size(id))
    isElsewhere =
      layout == H5D_VIRTUAL || (layout == H5D_CONTIGUOUS && H5Pget_external_count(creation.id) > 0)
    if layout == H5D_CHUNKED {
      var extents = [hsize_t](repeating: 0, count: rankLimit)
      let rank = Int(H5Pget_chunk(creation.id, CInt(rankLimit), &extents))
      try checked(rank, "read the chunk shape", at: place)
      chunk = extents.prefix(rank).map { Int(clamping: $0) }
    }
    let count = max(0, min(Int(H5Pget_nfilters(creation.id)), 32))
    for index in 0..<count {
      var flags: UInt32 = 0
      var config: UInt32 = 0
      var values = [UInt32](repeating: 0, count: 16)
      var length = values.count
      var name = [CChar](repeating: 0, count: 80)
      let filter = H5Pget_filter2(
        creation.id, UInt32(index), &flags, &length, &values, name.count, &name, &config)
      try checked(filter, "read the filters", at: place)
      let stored = text(name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
      filters.append(
        H5Filter(
          id: Int(filter), name: knownFilters[Int(filter)] ?? (stored.isEmpty ? "unregistered" : stored),
          isAvailable: H5Zfilter_avail(filter) > 0))
      switch filter {
      case H5Z_FILTER_DEFLATE: deflate = length > 0 ? Int(values[0]) : 0
      case H5Z_FILTER_SHUFFLE: shuffle = true
      case H5Z_FILTER_FLETCHER32: fletcher32 = true
      default: break
      }
    }
  }
}

/// Filters met in the wild, by their registered number.
private let knownFilters = [
  1: "deflate", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scale-offset", 32000: "LZF",
  32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "zstd", 32026: "Blosc2",
]
