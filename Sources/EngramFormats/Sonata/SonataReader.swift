import EngramData
import EngramKit
import Foundation

/// Reads SONATA: one HDF5 file, or a circuit or simulation configuration with all its files.
public struct SonataReader: FormatReader {
  public static let format = FileFormat.sonata

  public init() {}

  public func parts(of path: String, _ options: ConversionOptions) throws -> [String] {
    try SonataSource(path).files
  }

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let source = try SonataSource(path)
    var gathered = LayoutContents(options)
    let files = try source.parts.map { part in
      var reading = options.reading
      reading.typesFile = part.types
      return try EngramFile(reading: part.path, options: reading, followExternal: options.followExternal)
    }
    let holders = try files.filter { try !$0.nodeNames().isEmpty }
    for (part, file) in zip(source.parts, files) {
      let others = holders.filter { $0 !== file }
      let stem = ((part.path as NSString).lastPathComponent as NSString).deletingPathExtension
      try gathered.add(
        try EngramFile(file.h5, options: file.options, nodeFiles: others), label: stem, window: part.window)
    }
    for (name, path) in source.texts { gathered.contents.texts.append((name, try readText(path))) }
    if !source.absent.isEmpty {
      gathered.assume(["not written yet, left out: " + source.absent.joined(separator: ", ")])
    }
    gathered.contents.sourceVersion = "0.1"
    gathered.contents.dropped += source.left
    try others(files, &gathered)
    return gathered.contents
  }

  /// What the files hold beside SONATA's sections.
  private func others(_ files: [EngramFile], _ gathered: inout LayoutContents) throws {
    let known = ["nodes", "edges", "spikes", "report", "engram"]
    for file in files {
      for name in try file.h5.root.names() where !known.contains(name) {
        gathered.contents.dropped.append(
          "/\(name) of \((file.path as NSString).lastPathComponent): unknown to SONATA")
      }
    }
  }

  private func readText(_ path: String) throws -> String {
    let stream = try FileStream(path)
    guard stream.size <= H5File.defaultMemoryLimit / 2 else {
      throw Problem(
        "is a text of \(stream.size) bytes, which does not fit into memory", at: path,
        fix: "allow more with --memory, if it is right")
    }
    return String(decoding: try stream.bytes(stream.size), as: UTF8.self)
  }
}
