import EngramKit

/// The page as one HTML document, and the files of its figures.
struct Page {
  let model: PageModel
  private var panels: [[FigurePanel]] = []
  private var sweepPanels: [[FigurePanel]] = []
  /// An id for each step, unique on the page.
  private var ids: [String] = []
  private var warnings: [String]

  init(_ model: PageModel) {
    self.model = model
    warnings = model.warnings
    for step in model.steps {
      var id = slug(step.name)
      while ids.contains(id) { id += "-again" }
      ids.append(id)
      let prefix = model.steps.count > 1 ? id + "-" : ""
      panels.append(FigurePanel.panels(step, prefix: prefix, warnings: &warnings))
    }
    for sweep in model.sweeps {
      let prefix = (sweep.name.isEmpty ? "" : slug(sweep.name) + "-") + "runs-"
      sweepPanels.append(FigurePanel.panels(SweepFigures.step(sweep), prefix: prefix, warnings: &warnings))
    }
  }

  /// All figures as files, by path relative to the page.
  func figureFiles() throws -> [(path: String, bytes: [UInt8])] {
    try (sweepPanels + panels).joined().flatMap { try $0.files() }
  }

  /// The document; well-formed XML, no scripts, nothing loaded from elsewhere.
  func document() throws -> String {
    let head: [HTML] = [
      .tag("meta", ["charset": "utf-8"]),
      .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .tag("meta", ["name": "generator", "content": "Engram \(Engram.version)"]),
      .tag("title", [:], HTML(model.title)),
      .tag("style", [:], HTML(markup: PageStyle.css)),
    ]
    let main =
      [cards, notice, ComparisonTable(model.comparisons).html, try runs()]
      + (try model.steps.indices.map { try section(model.steps[$0], panels[$0], ids[$0]) }) + [
        ProvenanceTables(model).html
      ]
    let body: [HTML] = [
      header, .tag("main", [:], main),
      .tag("footer", [:], HTML("Made by Engram \(Engram.version) from stored results alone.")),
    ]
    let root = HTML.tag("html", ["lang": "en"], .tag("head", [:], .all(head)), .tag("body", [:], .all(body)))
    return "<!DOCTYPE html>\n" + root.markup + "\n"
  }

  private var header: HTML {
    var pieces: [HTML] = [
      .tag("p", ["class": "over"], "Engram report"), .tag("h1", [:], HTML(model.title)),
      .tag("p", ["class": "lede"], HTML(model.sentence)),
    ]
    if model.steps.count > 1 {
      let links = zip(model.steps, ids).map { HTML.tag("a", ["href": "#\($1)"], HTML($0.name)) }
      let rest = [HTML.tag("a", ["href": "#provenance"], "How it was made")]
      pieces.append(.tag("nav", ["aria-label": "Steps"], links + rest))
    }
    return .tag("header", [:], pieces)
  }

  /// The first scalars of each step in turn, at most eight.
  private var cards: HTML {
    let perStep = max(2, 8 / max(model.steps.count, 1))
    let scalars = model.steps.flatMap { step in
      step.results.filter { $0.scalar.map(\.isFinite) ?? false }.prefix(perStep)
    }.prefix(8)
    guard !scalars.isEmpty else { return .nothing }
    let cards = scalars.map { result in
      let unit = unitText(result.unit)
      return HTML.tag(
        "div", ["class": "card"], .tag("dt", [:], HTML(words(result.name))),
        .tag(
          "dd", [:], HTML(readable(result.scalar ?? .nan)),
          unit.isEmpty ? .nothing : .tag("small", [:], HTML(unit))),
        result.summary.isEmpty ? .nothing : .tag("dd", ["class": "about"], HTML(result.summary)))
    }
    return .tag("dl", ["class": "cards"], Array(cards))
  }

  private var notice: HTML { notes("Warnings", warnings) }

  private func notes(_ title: String, _ sentences: [String]) -> HTML {
    guard !sentences.isEmpty else { return .nothing }
    return .tag(
      "div", ["class": "notes", "role": "note"], .tag("h3", [:], HTML(title)),
      .tag("ul", [:], sentences.map { .tag("li", [:], HTML($0)) }))
  }

  private func runs() throws -> HTML {
    let sections = try zip(model.sweeps, sweepPanels).map { sweep, panels in
      let heading = (sweep.name.isEmpty ? "" : "\(words(sweep.name)): ") + counted(sweep.runs.count, "run")
      return HTML.tag(
        "section", ["id": slug("runs \(sweep.name)")], .tag("h2", [:], HTML(heading)),
        .tag("div", ["class": "figures"], try panels.map { try $0.html() }), SweepFigures.table(sweep))
    }
    return .all(sections)
  }

  private func section(_ step: StepResult, _ panels: [FigurePanel], _ id: String) throws -> HTML {
    let tag = step.name == step.plugin ? step.kind : "\(step.plugin) · \(step.kind)"
    var pieces: [HTML] = [
      .tag("h2", [:], HTML(step.name), .tag("span", ["class": "tag"], HTML(tag)))
    ]
    let about = [step.summary, step.reference].filter { !$0.isEmpty }.joined(separator: " ")
    if !about.isEmpty { pieces.append(.tag("p", ["class": "what"], HTML(about))) }
    if !panels.isEmpty {
      pieces.append(.tag("div", ["class": "figures"], try panels.map { try $0.html() }))
    }
    pieces += [notes("Notes", step.notes), ResultTables(results: step.results).html]
    return .tag("section", ["id": id], pieces)
  }
}

/// `text` as an id or a file name: letters, digits and single dashes.
func slug(_ text: String) -> String {
  let parts = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
  return parts.isEmpty ? "step" : parts.joined(separator: "-")
}
