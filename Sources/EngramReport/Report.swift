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

  private static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw Problem("cannot make the folder: \(error.localizedDescription)", at: folder.path)
    }
  }
}
