import EngramData
import EngramKit
import Foundation
import Testing

/// Files written by the field's own programs, which are not part of this repository.
private let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../../../../shared/samples").standardizedFileURL.path

private let files: [String] = {
  let all = FileManager.default.enumerator(atPath: samples)?.compactMap { $0 as? String } ?? []
  let kinds = [".h5", ".nwb", ".h5ad", ".nix", "v73.mat", "testfile13_empty_sparse.mat"]
  return all.filter { name in kinds.contains { name.hasSuffix($0) } && !name.hasSuffix("truncated.h5") }
    .sorted()
}()

@Suite("HDF5 files by others", .enabled(if: !files.isEmpty, "the samples are not beside this repository"))
struct SampleTests {
  @Test("every object and every element is read", arguments: files)
  func read(name: String) throws {
    let file = try H5File(reading: "\(samples)/\(name)")
    for entry in try file.entries() {
      #expect(entry.problem == nil)
      for attribute in entry.attributes { #expect(attribute.problem == nil) }
      guard entry.content == .dataset, let type = entry.type else { continue }
      let dataset = try file.root.dataset(entry.path)
      switch type {
      case .string: #expect(try dataset.readStrings().count == dataset.count)
      case .reference: #expect(try dataset.readReferences().count == dataset.count)
      case .integer, .float, .enumeration: #expect(try dataset.read(Double.self).count == dataset.count)
      case .compound(let fields):
        for field in fields where field.type.isNumeric {
          #expect(try dataset.readField(field.name, as: Double.self).count == dataset.count)
        }
      default: break
      }
    }
  }
}
