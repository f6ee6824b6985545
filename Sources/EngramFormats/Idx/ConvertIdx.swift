import EngramData
import EngramKit

/// Writes images and labels in IDX files as an Engram file, whose trials `stored-trials` and `sequential-digits` pose.
///
/// - Parameters:
///   - images: Path of the images, [trial, row, column] or [trial, channel].
///   - labels: Path of the labels, [trial]; nil where there are none.
///   - output: Path of the HDF5 file; `/engram/results/images/trials/input` [trial, channel], pixels row by row in the numbers of the
///     source, and `trials/label`.
/// - Throws: `Problem` when a file is no IDX file or the numbers of images and labels differ.
public func convertIdx(images: String, labels: String?, to output: String) throws {
  let pixels = try IdxFile(reading: images).values
  let classes = try labels.map { try IdxFile(reading: $0).values }
  if let classes, classes.shape != [pixels.rows] {
    throw Problem("has labels of shape \(classes.shape) for \(pixels.rows) images", at: labels ?? output)
  }
  let input = Dataset("trials/input", ["trial", "channel"], unit: .one, "Images, pixels row by row.")
  let label = Dataset("trials/label", ["trial"], unit: .one, "Class of each image.")
  let hashes = try ([images] + [labels].compactMap { $0 }).map { try sha256(ofFile: $0) }
  try EngramWriter.write(
    output, title: "Images from IDX files",
    provenance: [["verb": "convert", "from": "idx", "inputs": .list(hashes.map { .text($0) })]]
  ) { writer in
    let sink = try writer.step(
      StepRecord(
        id: "images", plugin: "idx", writes: [input, label]))
    try sink.put(input.name, .numbers(pixels.reshaped([pixels.rows, pixels.rowLength])))
    if let classes { try sink.put(label.name, .numbers(classes)) }
    try sink.finish()
  }
}
