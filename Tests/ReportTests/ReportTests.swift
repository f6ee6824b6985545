import EngramKit
import EngramReport
import Foundation
import Testing

@Suite("Report")
struct ReportTests {
  @Test("writes the page and every figure three ways")
  func files() throws {
    let folder = URL(
      fileURLWithPath: ProcessInfo.processInfo.environment["GALLERY"] ?? NSTemporaryDirectory()
        + "engram-report-\(UUID())")
    let page = try Report.write(Gallery.model, into: folder)
    #expect(FileManager.default.fileExists(atPath: page.path))
  }
}
