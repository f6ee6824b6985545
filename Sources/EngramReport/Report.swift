import EngramData
import EngramKit
import Foundation

/// Writes the report: `index.html`, one file that needs nothing else, and `figures/` with each figure three ways.
public enum Report {
  /// Writes the page of `model` and its figures under `folder`, which is made where it is not there.
  ///
  /// Every file appears at once by renaming, the page last, so that a page never shows what is not there.
  /// - Returns: The page's path.
  /// - Throws: `Problem` when a file cannot be written.
  @discardableResult
  public static func write(_ model: PageModel, into folder: URL) throws -> URL {
    let page = Page(model)
    let figures = try page.figureFiles()
    let document = try page.document()
    try makeFolder(figures.isEmpty ? folder : folder.appendingPathComponent("figures"))
    for (path, bytes) in figures {
      try writeAtomically(bytes, to: folder.appendingPathComponent(path).path)
    }
    let index = folder.appendingPathComponent("index.html")
    try writeAtomically(Array(document.utf8), to: index.path)
    return index
  }

  /// Writes the report on result files, folders of them, or plain data files.
  ///
  /// - Parameters:
  ///   - results: Files, or folders such as `results/chain` with its runs and their `index.h5`.
  ///   - describe: What the registry says of a plugin: its sentence, units and defaults; nil where it is not known.
  ///   - comparisons: What `reproduce` compared with published numbers.
  /// - Returns: The page's path.
  /// - Throws: `Problem` when nothing is there to report on, a file cannot be read, or one cannot be written.
  @discardableResult
  public static func write(
    results: [URL], into folder: URL, describe: (String) -> Description? = { _ in nil },
    comparisons: [Comparison] = []
  ) throws -> URL {
    var model = try withoutActuallyEscaping(describe) { try ResultReader(describe: $0).model(results) }
    model.comparisons = comparisons
    return try write(model, into: folder)
  }

  private static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw Problem("cannot make the folder: \(error.localizedDescription)", at: folder.path)
    }
  }
}
