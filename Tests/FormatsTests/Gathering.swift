import EngramData
import EngramFormats
import EngramKit
import Foundation

/// All edges of a stream at once.
struct GatheredEdges {
  var sources: [UInt64] = []
  var targets: [UInt64] = []
  var columns: [[Double]]

  init(_ stream: EdgeStream) throws {
    var (sources, targets) = ([UInt64](), [UInt64]())
    var columns = stream.columns.map { _ in [Double]() }
    try stream.blocks { block in
      sources += block.sources
      targets += block.targets
      for place in columns.indices { columns[place] += block.columns[place] }
    }
    (self.sources, self.targets, self.columns) = (sources, targets, columns)
  }

  var count: Int { sources.count }
  /// Values of the first column; of the weights, wherever they are.
  func weights(_ stream: EdgeStream) -> [Double] {
    stream.columns.firstIndex { $0.name == EdgeStream.weight }.map { columns[$0] } ?? []
  }
}

/// All spikes of a stream at once.
func gather(_ stream: SpikeStream) throws -> (times: [Double], ids: [UInt64]) {
  var (times, ids) = ([Double](), [UInt64]())
  try stream.blocks { block in
    times += block.times
    ids += block.ids
  }
  return (times, ids)
}

/// What a file holds, read the way `convert` reads it.
func read(_ path: String, _ options: ConversionOptions = ConversionOptions()) throws -> Contents {
  let format = try source(path).format
  guard let reader = FormatCatalogue.reader(format) else {
    throw Problem("no reader for \(format.title)", at: path)
  }
  return try reader.contents(of: path, options)
}

/// Writes contents in a format, reads them again, and gives what came back and what was said to be lost.
func roundTrip(
  _ contents: Contents, _ format: FileFormat, _ scratch: Scratch,
  _ options: ConversionOptions = ConversionOptions()
) throws -> (contents: Contents, path: String, job: ConversionJob) {
  let writer = try FormatCatalogue.writer(format)
  let path = scratch.file(writer.name("round"))
  let job = ConversionJob(options: options)
  try writer.write(contents, to: path, job)
  return (try read(path, options), path, job)
}
