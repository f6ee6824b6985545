import EngramData
import EngramKit

/// An array of numbers that is read again whenever a stream asks.
struct NumpySource: Sendable {
  let place: String
  let header: NumpyHeader
  let open: @Sendable () throws -> NumpyReader

  /// The type that keeps every value.
  var stored: H5Element {
    guard case .plain(let kind, let size, _) = header.type else { return .float64 }
    switch (kind, size) {
    case (.flag, _), (.unsigned, 1): return .uint8
    case (.unsigned, 2): return .uint16
    case (.unsigned, 4): return .uint32
    case (.unsigned, _): return .uint64
    case (.integer, 1): return .int8
    case (.integer, 2): return .int16
    case (.integer, 4): return .int32
    case (.integer, _): return .int64
    case (.real, 8): return .float64
    default: return .float32
    }
  }

  /// Rows of the first axis, row by row; an array whose first axis varies fastest is read whole.
  func rows(_ range: Range<Int>) throws -> [Double] {
    let reader = try open()
    let width = header.shape.dropFirst().reduce(1, *)
    if header.isFortran, header.shape.count > 1 {
      return Array(try reader.tensor().elements[range.lowerBound * width..<range.upperBound * width])
    }
    guard !header.shape.isEmpty else { return try reader.doubles(1) }
    try reader.skip(range.lowerBound * width)
    return try reader.doubles(range.count * width)
  }

  func array(_ name: String, unit: String?) -> ArrayStream {
    ArrayStream(name, shape: header.shape, unit: unit, stored: stored) { try rows($0) }
  }

  /// A dense matrix; zeros are left out.
  func matrix(_ name: String) -> MatrixSource {
    let (rows, columns) = (header.shape[0], header.shape[1])
    let isFortran = header.isFortran
    return MatrixSource(name: name, rows: rows, columns: columns, form: .dense, stored: stored) { body in
      let reader = try open()
      var place = 0
      let inner = isFortran ? rows : columns
      while reader.remaining > 0 {
        let values = try reader.doubles(min(1 << 17, reader.remaining))
        let filled = values.indices.filter { values[$0] != 0 }
        let outer = filled.map { UInt64((place + $0) / inner) }
        let minor = filled.map { UInt64((place + $0) % inner) }
        let kept = filled.map { values[$0] }
        try body(isFortran ? (minor, outer, kept) : (outer, minor, kept))
        place += values.count
      }
    }
  }

  /// A trace of frames `step` ms apart; an array with time last is turned, which takes it whole into memory.
  func trace(_ name: String, start: Double = 0, step: Double, timeIsLast: Bool, _ options: ConversionOptions)
    -> TraceStream
  {
    let isFlat = header.shape.count == 1
    let frames = isFlat ? header.shape[0] : header.shape[timeIsLast ? 1 : 0]
    let columns = isFlat ? 1 : header.shape[timeIsLast ? 0 : 1]
    return TraceStream(
      name, population: options.population ?? "neurons", ids: (0..<UInt64(columns)).map { $0 },
      unit: options.unit,
      variable: name, frames: frames, times: .regular(Sampling(start: start, step: step)), stored: stored
    ) { range in
      guard timeIsLast, !isFlat else { return try rows(range) }
      let whole = try open().tensor()
      return range.flatMap { frame in (0..<columns).map { whole[$0, frame] } }
    }
  }
}
