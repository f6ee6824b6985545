import EngramKit

/// Reads one format. A value has no state of its own: everything is in the `Contents` it gives.
public protocol FormatReader: Sendable {
  /// The format it reads.
  static var format: FileFormat { get }

  init()

  /// Every file that belongs to the input `path`, itself included, sorted: the threads of a recording, the files of a
  /// circuit. Inputs with equal parts are one conversion.
  ///
  /// - Throws: `Problem` where a part that the input names is not there.
  func parts(of path: String, _ options: ConversionOptions) throws -> [String]

  /// Looks at the source and describes what it holds; the arrays are read later, through the streams.
  ///
  /// - Throws: `Problem` or `Problems`: damaged, nothing in it that can be converted, a fact that only an option can
  ///   give (`ConversionOptions.missing`).
  func contents(of path: String, _ options: ConversionOptions) throws -> Contents
}

extension FormatReader {
  public func parts(of path: String, _ options: ConversionOptions) throws -> [String] { [path] }
}
