import EngramKit
import Foundation

/// A finished figure, to be had as SVG, PNG and PDF.
public struct Drawing: Sendable {
  /// Size on the page in px (1/96 inch).
  public var width: Double
  public var height: Double
  /// A sentence that stands for the picture where it cannot be seen.
  public var description: String
  /// What a reader should know of how it was drawn: numbers left out, points thinned.
  public var notes: [String]
  var marks: [Mark]

  /// The drawing of a declared figure from the datasets it names.
  ///
  /// - Parameter titled: Whether the title stands above it, as it should where the drawing is on its own.
  /// - Parameter weights: Names of the datasets that are weights between neurons, whose zeros are no connections.
  /// - Returns: nil when none of the figure's datasets is there.
  /// - Throws: `Problem` when a dataset cannot be read or has a shape that its layer cannot draw.
  public static func of(
    _ figure: Figure, from inputs: Inputs, titled: Bool, weights: Set<String> = []
  ) throws -> Drawing? {
    try FigureResolver.plot(figure, from: inputs, weights: weights)?.drawing(
      title: titled ? figure.title : nil, description: figure.caption)
  }

  /// The drawing as an SVG file with the colours of `theme`.
  public func svg(_ theme: Theme = .light, title: String) throws -> String {
    try SVGWriter.file(self, theme, title: title)
  }

  /// The drawing as PNG, two pixels for each px unless told.
  public func png(_ theme: Theme = .light, scale: Double = 2) throws -> Data {
    try CairoCanvas.png(self, theme, scale: scale)
  }

  /// The drawing as one page of PDF.
  public func pdf(_ theme: Theme = .light, title: String) throws -> Data {
    try CairoCanvas.pdf(self, theme, title: title)
  }
}
