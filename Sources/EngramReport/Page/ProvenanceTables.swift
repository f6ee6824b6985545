/// How the results were made: parameters, inputs with their hashes, seeds and versions.
struct ProvenanceTables {
  private let model: PageModel

  init(_ model: PageModel) { self.model = model }

  var html: HTML {
    .tag(
      "section", ["id": "provenance"], .tag("h2", [:], "How it was made"), parameters, inputs, versions)
  }

  private var parameters: HTML {
    let pieces = model.steps.filter { !$0.parameters.isEmpty }.map { step in
      let knowsDefaults = step.parameters.contains { $0.isDefault != nil }
      var columns: [Table.Column] = [
        .init(name: "Parameter"), .init(name: "Value", numeric: true), .init(name: "Unit"),
      ]
      if knowsDefaults { columns.append(.init(name: "Set by")) }
      columns.append(.init(name: "Meaning", wide: true))
      var table = Table(caption: "Parameters of \(step.name)", columns: columns)
      for row in step.parameters {
        let isSet = row.isDefault == false
        var cells: [HTML] = [
          .tag("code", [:], HTML(row.name)), .tag("span", ["class": isSet ? "set" : ""], HTML(row.value)),
          HTML(unitText(row.unit)),
        ]
        if knowsDefaults {
          cells.append(
            .tag(
              "span", ["class": isSet ? "set" : "quiet"],
              row.isDefault == nil ? "" : isSet ? "you" : "default"))
        }
        table.rows.append(cells + [HTML(row.summary)])
      }
      return table.html
    }
    return pieces.isEmpty ? .nothing : .all([.tag("h3", [:], "Parameters")] + pieces)
  }

  private var inputs: HTML {
    var seen: [InputFile] = []
    for input in model.steps.flatMap(\.inputs)
    where !seen.contains(where: { $0.path == input.path && $0.sha256 == input.sha256 }) { seen.append(input) }
    guard !seen.isEmpty else { return .nothing }
    var table = Table(columns: [
      .init(name: "File"), .init(name: "SHA-256"), .init(name: "Read by", wide: true),
    ])
    for input in seen {
      let readers = model.steps.filter { $0.inputs.contains { $0.path == input.path } }.map(\.name)
      table.rows.append([
        .tag("code", [:], HTML(input.path)),
        .all([
          .tag("code", [:], HTML(String(input.sha256.prefix(12)))),
          .tag("code", ["class": "hash"], HTML(input.sha256)),
        ]), HTML(readers.joined(separator: ", ")),
      ])
    }
    return .all([.tag("h3", [:], "Inputs"), table.html])
  }

  private var versions: HTML {
    var table = Table(columns: [.init(name: "What"), .init(name: "Value", wide: true)])
    for (name, value) in model.versions { table.rows.append([HTML(name), .tag("code", [:], HTML(value))]) }
    for step in model.steps {
      let seed = step.seed.map { ", seed \($0)" } ?? ""
      table.rows.append([
        HTML(step.name), .tag("code", [:], HTML("\(step.kind) \(step.plugin) \(step.version)\(seed)")),
      ])
    }
    guard !table.rows.isEmpty else { return .nothing }
    let commands = model.steps.compactMap(\.command)
    var unique: [String] = []
    for command in commands where !unique.contains(command) { unique.append(command) }
    let again: [HTML] =
      unique.isEmpty
      ? [] : [.tag("h3", [:], "To make it again"), .tag("pre", [:], HTML(unique.joined(separator: "\n")))]
    return .all([.tag("h3", [:], "Versions and seeds"), table.html] + again)
  }
}
