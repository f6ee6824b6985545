import EngramKit
import Foundation

/// A figure drawn twice: without its title for the page, which sets it as a heading, and with it for files.
struct FigurePanel: Sendable {
  var figure: Figure
  /// Name of the files, without an extension; unique within the report.
  var file: String
  var plain: Drawing
  var titled: Drawing
  var command: String?

  /// The figure's files, by path relative to the report.
  func files() throws -> [(path: String, bytes: [UInt8])] {
    [
      ("figures/\(file).svg", Array(try titled.svg(title: figure.title).utf8)),
      ("figures/\(file).png", Array(try titled.png())),
      ("figures/\(file).pdf", Array(try titled.pdf(title: figure.title))),
    ]
  }

  /// The figure as it stands in the page.
  func html() throws -> HTML {
    let svg = try SVGWriter.element(plain, .classes, id: file, title: figure.title)
    var caption: [HTML] = [.tag("p", [:], HTML(figure.caption))]
    if !plain.notes.isEmpty {
      caption.append(.tag("p", ["class": "fine"], HTML(plain.notes.joined(separator: " "))))
    }
    caption.append(.tag("p", ["class": "fine"], HTML("Also as figures/\(file).svg, .png and .pdf.")))
    if let command { caption.append(.tag("pre", [:], HTML("$ \(command)"))) }
    return .tag(
      "figure", [:], .tag("h3", [:], HTML(figure.title)), HTML(markup: svg), .tag("figcaption", [:], caption))
  }

  /// All figures of a step that have something to draw; what could not be drawn goes to `warnings`.
  static func panels(_ step: StepResult, prefix: String, warnings: inout [String]) -> [FigurePanel] {
    var panels: [FigurePanel] = []
    for figure in step.figures {
      do {
        guard let plot = try FigureResolver.plot(figure, from: step.source, weights: step.weights) else {
          continue
        }
        panels.append(
          FigurePanel(
            figure: figure, file: prefix + figure.name,
            plain: plot.drawing(title: nil, description: figure.caption),
            titled: plot.drawing(title: figure.title, description: figure.caption), command: step.command))
      } catch {
        let problem = problem(error, at: step.name)
        warnings.append("Figure “\(figure.title)” of \(step.name) could not be drawn: \(problem.what).")
      }
    }
    return panels
  }
}
