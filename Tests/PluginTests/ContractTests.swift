import EngramHost
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

  @Test("holds, its page included", arguments: catalogue.map(\.description))
  func contract(plugin: Description) throws {
    let folder = try #require(pluginFolders[plugin.name], "no folder is called \(plugin.name)")
    let kinds = ["models": Description.Kind.model, "rules": .rule, "analyses": .analysis]
    #expect(kinds[folder.deletingLastPathComponent().lastPathComponent] == plugin.kind)
    #expect(Contract.findings(of: plugin, folder: folder.path) == [])
  }

  @Test(
    "a description reads back from its JSON, as a manifest would give it",
    arguments: catalogue.map(\.description))
  func manifest(plugin: Description) throws {
    var reader = DescriptionReader(place: "manifest.json")
    let read = reader.description(
      try JSON(parsing: Array(plugin.json.indented.utf8)), origin: plugin.origin, form: plugin.form)
    #expect(reader.problems == [])
    #expect(read == plugin)
  }

  @Test("cases pass, and twice give equal outputs", arguments: catalogue.map(\.description.name))
  func cases(name: String) throws {
    let file = try #require(pluginFolders[name]).appendingPathComponent("cases.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    let entry = try Registry(catalogue).entry(name)
    let cases = try PluginCases(reading: file.path).cases
    #expect(!cases.isEmpty)
    for given in cases { #expect(try given.failures(of: entry) == [], "\(name), \(given.name)") }
  }
}
