import EngramData
import EngramKit

/// Reads files of the canonical layout, whole.
public struct EngramFormatReader: FormatReader {
  public static let format = FileFormat.engram

  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let file = try EngramFile(
      reading: path, options: options.reading, followExternal: options.followExternal)
    var gathered = LayoutContents(options)
    try gathered.add(file, label: "2")
    try gathered.addEngram(file)
    let group = try file.h5.root.group("/engram")
    gathered.contents.title = try group.attributes.string("title") ?? ""
    gathered.contents.sourceVersion = file.version?.description ?? ""
    if try group.exists("provenance") {
      gathered.contents.provenance = try group.dataset("provenance").readStrings()
    }
    if try group.kind(of: "source_extra") == .group {
      let extra = try group.group("source_extra")
      for name in try extra.names() where try extra.kind(of: name) == .dataset {
        let data = try extra.dataset(name)
        if data.type.isString { gathered.contents.texts.append((name, try data.readString())) }
      }
    }
    return gathered.contents
  }
}

extension ConversionOptions {
  /// The same for the layout's own reader.
  var reading: ReadingOptions {
    var reading = ReadingOptions(cellTypeColumn: cellType)
    if let population { reading.defaultPopulation = population }
    return reading
  }
}
