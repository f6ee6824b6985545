import EngramData
import EngramKit

/// Writes images and labels in IDX files as an Engram file, whose trials `stored-trials` and `sequential-digits` pose.
///
/// - Parameters:
///   - images: Paths of the images, [trial, row, column] or [trial, channel]; those of several files follow each other, such as
///     training and test images.
///   - labels: Paths of the labels, [trial], in the same order; none where there are none.
///   - output: Path of the HDF5 file; `trials/input` [trial, channel], pixels row by row in the numbers of the source, and
///     `trials/label`.
/// - Throws: `Problem` when a file is no IDX file, or images and labels do not fit together.
public func convertIdx(images: [String], labels: [String], to output: String) throws {
  guard !images.isEmpty, labels.isEmpty || labels.count == images.count else {
    throw Problem(
      "\(images.count) files of images and \(labels.count) of labels do not belong together",
      fix: "name one file of labels for each file of images, in the same order")
  }
  var (pixels, classes): ([Double], [Double]) = ([], [])
  var shape: [Int]?
  for (place, path) in images.enumerated() {
    let values = try IdxFile(reading: path).values
    let own = Array(values.shape.dropFirst())
    guard shape == nil || shape == own else {
      throw Problem("has images of shape \(own), the files before of \(shape ?? [])", at: path)
    }
    shape = own
    pixels += values.elements
    guard !labels.isEmpty else { continue }
    let label = try IdxFile(reading: labels[place]).values
    guard label.shape == [values.rows] else {
      throw Problem("has labels of shape \(label.shape) for \(values.rows) images", at: labels[place])
    }
    classes += label.elements
  }
  let width = shape?.reduce(1, *) ?? 0
  guard width > 0 else { throw Problem("the images have no pixels", at: images[0]) }
  let input = Dataset("trials/input", ["trial", "channel"], unit: .one, "Images, pixels row by row.")
  let label = Dataset("trials/label", ["trial"], unit: .one, "Class of each image.")
  let hashes = try (images + labels).map { try sha256(ofFile: $0) }
  let line: JSON = ["verb": "convert", "from": "idx", "inputs": .list(hashes.map { .text($0) })]
  try EngramWriter.write(output, title: "Images from IDX files", provenance: [line]) { writer in
    let sink = try writer.step(StepRecord(id: "images", plugin: "idx", writes: [input, label]))
    try sink.put(input.name, .numbers(Tensor(pixels, shape: [pixels.count / width, width])))
    if !labels.isEmpty { try sink.put(label.name, .numbers(Tensor(classes, shape: [classes.count]))) }
  }
}
