import EngramData
import EngramKit

/// Writes one file of the canonical layout.
public struct EngramFormatWriter: FormatWriter {
  public static let format = FileFormat.engram
  public static let holds = Set(ContentKind.allCases)

  public init() {}

  public func name(_ stem: String) -> String { "\(stem).h5" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    try EngramWriter.write(path, title: contents.title, synced: false) { writer in
      let layout = LayoutWriting(contents: contents, job: job, folder: parent(of: path))
      let root = try writer.h5.root
      let tables = try layout.populations()
      for table in tables { try writer.nodes(table) }
      for edges in contents.edges {
        if edges.form == .edges {
          try layout.edges(edges, in: tables, to: root)
        } else {
          try layout.matrix(edges, in: tables, to: root)
        }
      }
      for spikes in contents.spikes { try layout.spikes(spikes, in: tables, to: root) }
      for trace in contents.traces {
        if trace.variable == TraceStream.rate, trace.unit == "Hz" {
          try layout.rates(trace, to: root)
        } else {
          try layout.trace(trace, to: root)
        }
      }
      for table in contents.tables { try layout.table(table, to: root) }
      for array in contents.arrays { try layout.array(array, to: root) }
      for (name, text) in contents.texts {
        try root.write("/engram/source_extra/\(name.replacing("/", with: "_"))", string: text)
      }
      for line in try job.provenance() { writer.record(text: line) }
    }
  }
}

/// The folder of a path.
func parent(of path: String) -> String {
  let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
}
