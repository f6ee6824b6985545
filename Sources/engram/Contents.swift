import EngramData
import EngramKit

/// One thing that a file was recognised to hold, for the lines above the tree.
struct Holding {
  /// `nodes`, `edges`, `spikes`, or the kind of dataset.
  let kind: String
  let name: String
  /// What is to be known of it, for people.
  let words: String
  /// The same for a program.
  let facts: [String: JSON]

  var json: JSON {
    .object(facts.merging(["kind": .text(kind), "name": .text(name)]) { own, _ in own })
  }
}

/// What a file of the canonical layout, or a SONATA file by others, holds; what cannot be read is reported.
func holdings(_ file: EngramFile) throws -> (list: [Holding], problems: [Problem]) {
  var list: [Holding] = []
  var problems: [Problem] = []
  func gather(_ names: [String], _ make: (String) throws -> Holding?) {
    for name in names {
      do {
        if let holding = try make(name) { list.append(holding) }
      } catch let several as Problems {
        problems += several.list
      } catch {
        problems.append(problem(error, at: file.path))
      }
    }
  }
  gather(try file.nodeNames()) { try file.nodes($0).map(neurons) }
  gather(try file.edgeNames()) { edges(try file.edges($0)) }
  gather(try file.spikeNames()) { spikes(try file.spikes($0)) }
  let shown = ["/nodes/", "/edges/", "/spikes"]
  for object in try file.objects() where !shown.contains(where: object.path.hasPrefix) {
    let shape = "[" + object.shape.map(String.init).joined(separator: ", ") + "]"
    list.append(
      Holding(
        kind: object.kind.rawValue, name: object.path, words: shape + (object.unit.map { " " + $0 } ?? ""),
        facts: [
          "shape": JSON(object.shape), "unit": JSON(object.unit),
          "axes": object.axes.map { JSON($0) } ?? .null,
          "step": JSON(object.step), "population": JSON(object.population),
        ]))
  }
  return (list, problems)
}

private func neurons(_ nodes: NodePopulation) throws -> Holding {
  var words = counted(nodes.count, "neuron")
  var facts: [String: JSON] = ["count": .integer(nodes.count)]
  if let column = try nodes.cellTypeColumn(), let labels = try nodes.table.labels(column) {
    var counts: [String: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = sorted.prefix(8).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    words += "; \(column): \(shown)" + (sorted.count > 8 ? ", … \(sorted.count) types" : "")
    facts["cell_type_column"] = .text(column)
    facts["cell_types"] = .object(counts.mapValues { .integer($0) })
  }
  return Holding(kind: "nodes", name: nodes.name, words: words, facts: facts)
}

private func edges(_ edges: EdgePopulation) -> Holding {
  let (source, target) = (edges.sourcePopulation, edges.targetPopulation)
  let ends = source.map { " from \($0)" } ?? ""
  return Holding(
    kind: "edges", name: edges.name,
    words: counted(edges.count, "connection") + ends + (target.map { " to \($0)" } ?? ""),
    facts: ["count": .integer(edges.count), "source": JSON(source), "target": JSON(target)])
}

private func spikes(_ spikes: SpikePopulation) -> Holding {
  let units = spikes.nodeCount.map { " of \(counted($0, "neuron"))" } ?? ""
  let window =
    spikes.window.map { ", \(shortest($0.start)) to \(shortest($0.stop)) ms" } ?? ", no window stated"
  let sorting = spikes.sorting.map { ", sorting \($0.rawValue)" } ?? ""
  return Holding(
    kind: "spikes", name: spikes.name, words: counted(spikes.count, "spike") + units + window + sorting,
    facts: [
      "count": .integer(spikes.count), "neurons": spikes.nodeCount.map { .integer($0) } ?? .null,
      "window_ms": spikes.window.map { JSON([$0.start, $0.stop]) } ?? .null,
      "sorting": JSON(spikes.sorting?.rawValue), "unit": JSON(spikes.units),
    ])
}

/// `1 spike`, `3 spikes`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)" + (count == 1 ? "" : "s") }
