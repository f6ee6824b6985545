import EngramKit
import EngramPlugins
import Foundation
import Testing

/// The root of the repository, found from this file.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The folder of every plugin by its name, with its kind.
let pluginFolders: [String: URL] = {
  let plugins = repository.appendingPathComponent("Plugins")
  return ["models", "rules", "analyses"].reduce(into: [:]) { folders, kind in
    let inside = plugins.appendingPathComponent(kind)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: inside.path)) ?? [] {
      folders[name] = inside.appendingPathComponent(name)
    }
  }
}()

extension Description: CustomTestStringConvertible {
  public var testDescription: String { name }
}

/// What every plugin promises, whoever wrote it.
@Suite("contract of every plugin")
struct ContractTests {
  @Test("the catalogue lists every folder, sorted")
  func catalogued() throws {
    let names = catalogue.map(\.description.name)
    #expect(Set(names) == Set(pluginFolders.keys))
    let paths = names.compactMap { pluginFolders[$0]?.path }
    #expect(paths == paths.sorted(), "sort the lines of Plugins/Catalogue.swift by folder")
  }

  @Test("kind and names", arguments: catalogue.map(\.description))
  func names(plugin: Description) throws {
    let folder = try #require(pluginFolders[plugin.name], "no folder is called \(plugin.name)")
    let kinds = ["models": Description.Kind.model, "rules": .rule, "analyses": .analysis]
    #expect(kinds[folder.deletingLastPathComponent().lastPathComponent] == plugin.kind)
    #expect(plugin.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
    // Datasets may keep a paper's symbol, such as W or F0; parameters are words.
    for name in plugin.parameters.map(\.name) {
      #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(plugin.name): \(name)")
    }
    for list in [plugin.parameters.map(\.name), plugin.writes.map(\.name)] {
      #expect(Set(list).count == list.count, "\(plugin.name) declares a name twice")
    }
  }

  @Test("sentences, units and defaults", arguments: catalogue.map(\.description))
  func sentences(plugin: Description) throws {
    #expect(!plugin.reference.isEmpty)
    let sentences =
      [plugin.summary] + plugin.parameters.map(\.summary) + (plugin.reads + plugin.writes).map(\.summary)
      + plugin.figures.map(\.caption)
    for sentence in sentences { #expect(sentence.hasSuffix("."), "\(plugin.name): '\(sentence)'") }
    for parameter in plugin.parameters {
      #expect(
        EngramKit.Unit(parameter.unit) != nil, "\(plugin.name): unit '\(parameter.unit)' of \(parameter.name)"
      )
      #expect(throws: Never.self, "\(plugin.name): default of \(parameter.name)") {
        try parameter.accept(parameter.standard)
      }
    }
    for dataset in plugin.reads + plugin.writes {
      #expect(
        dataset.unit == "any" || EngramKit.Unit(dataset.unit) != nil,
        "\(plugin.name): unit of \(dataset.name)")
    }
  }

  @Test("figures draw what is written", arguments: catalogue.map(\.description))
  func figures(plugin: Description) throws {
    let written = Set((plugin.writes + plugin.reads).map(\.name))
    for figure in plugin.figures {
      for layer in figure.layers {
        for name in layer.datasets where name != "index" {
          #expect(written.contains(name), "\(plugin.name): \(name)")
        }
      }
    }
  }

  @Test("a method in a page", arguments: catalogue.map(\.description.name))
  func readme(name: String) throws {
    let file = try #require(pluginFolders[name]).appendingPathComponent("README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.hasPrefix("# \(name)\n"))
  }

  @Test("cases pass, and twice give equal outputs", arguments: catalogue.map(\.description.name))
  func cases(name: String) throws {
    let file = try #require(pluginFolders[name]).appendingPathComponent("cases.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    let registry = try Registry(catalogue)
    let entry = try registry.entry(name)
    let cases = try CaseFile(file).cases
    #expect(!cases.isEmpty)
    for given in cases {
      let result = try given.run(entry, registry)
      for (dataset, expected) in given.expect {
        let values = try #require(result.anyValues(dataset), "\(name), \(given.name): no \(dataset)")
        #expect(
          agree(values, expected.values, within: expected.tolerance), "\(given.name): \(dataset) is \(values)"
        )
      }
      let declared = Set(entry.description.writes.map(\.name))
      #expect(Set(result.values.keys).isSubset(of: declared), "\(name) writes what it does not declare")
      let again = try given.run(entry, registry)
      #expect(bytes(result) == bytes(again), "\(given.name): a second run differs")
    }
  }

  /// Outputs with numbers as bits, so that NaN equals itself.
  private func bytes(_ sink: MemorySink) -> [String: [UInt64]] {
    sink.values.keys.reduce(into: [:]) { result, name in
      result[name] = sink.anyValues(name)?.map(\.bitPattern)
    }
  }
}
