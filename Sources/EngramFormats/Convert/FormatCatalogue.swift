import EngramKit

/// Every reader and writer: the closed set of formats. One line a format, sorted by name.
public enum FormatCatalogue {
  public static let readers: [any FormatReader.Type] = [
    AnnDataReader.self,
    ArchiveFormatReader.self,
    ArrayReader.self,
    CifarReader.self,
    EngramFormatReader.self,
    GraphMLReader.self,
    IdxReader.self,
    MatlabReader.self,
    MatrixMarketReader.self,
    NestReader.self,
    NetPyneReader.self,
    NixReader.self,
    NwbReader.self,
    OldMatlabReader.self,
    PhyReader.self,
    SonataReader.self,
    TextReader.self,
  ]

  public static let writers: [any FormatWriter.Type] = [
    AnnDataWriter.self,
    ArchiveFormatWriter.self,
    CSVWriter.self,
    EngramFormatWriter.self,
    MatlabWriter.self,
    MatrixMarketWriter.self,
    NwbWriter.self,
    SonataWriter.self,
  ]

  /// The reader of a format, nil when it is only recognised.
  public static func reader(_ format: FileFormat) -> (any FormatReader)? {
    readers.first { $0.format == format }?.init()
  }

  /// The writer of a format.
  ///
  /// - Throws: `Problem` that lists the formats there are.
  public static func writer(_ format: FileFormat) throws -> any FormatWriter {
    guard let writer = writers.first(where: { $0.format == format }) else {
      throw Problem(
        "\(format.title) cannot be written",
        fix: "the formats are " + writers.map { $0.format.rawValue }.joined(separator: ", "))
    }
    return writer.init()
  }
}
