import EngramKit
import EngramReport
import EngramRun
import Foundation

extension Command {
  static let report = Command(
    name: "report",
    summary: "Draw results as one HTML page, with every figure as SVG, PNG and PDF.",
    arguments: [
      Argument(
        name: "RESULT", summary: "Result files or folders of them, or data files.", count: .many,
        completes: .files)
    ],
    options: [
      Option(
        name: "out", value: "DIR",
        summary: "Folder of the page (default report/ beside the first RESULT's files).",
        completes: .folders),
      .json,
    ],
    examples: [
      Example("engram report results/spectrum", "Writes results/spectrum/report/index.html."),
      Example("engram report results/analyze/*.h5 --out page", "Several results on one page."),
    ],
    run: writeReport)
}

private func writeReport(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let page = try report(on: invocation.words, into: invocation.value("out"), comparisons: [])
  try console.print(invocation.has("json") ? (["page": .text(page)] as JSON).indented : page)
  return .done
}

/// Writes the page on result files or folders.
///
/// - Parameter folder: Where to; nil: `report/` in the first folder, or beside the first file.
/// - Returns: The page's path, relative where the results' are.
func report(on results: [String], into folder: String?, comparisons: [Comparison]) throws -> String {
  let first = results.first ?? "."
  let home = isFolder(first) ? first : (first as NSString).deletingLastPathComponent
  let folder = folder ?? (home.isEmpty ? "report" : "\(home)/report")
  let plugins = try registry().descriptions
  try Report.write(
    results: results.map { URL(fileURLWithPath: $0) }, into: URL(fileURLWithPath: folder),
    describe: { name in plugins.first { $0.name == name } }, comparisons: comparisons)
  return "\(folder)/index.html"
}

extension Verdict {
  /// As the page shows it.
  var comparison: Comparison {
    Comparison(
      name: title.isEmpty ? quantity : title, value: measured, band: bound, published: published ?? "",
      source: source ?? "", passes: holds)
  }
}
