import EngramData
import EngramKit

/// Writes batches of CIFAR images as one Engram file, whose trials `stored-trials` poses.
///
/// - Parameters:
///   - batches: Paths of the batches, in the order of the trials.
///   - output: Path of the HDF5 file; `/engram/results/images/trials/input` [trial, channel], pixels from 0 to 255 colour
///     by colour, and `trials/label`.
/// - Throws: `Problem` when a file is no batch, or some are of CIFAR-10 and others of CIFAR-100.
public func convertCifar(_ batches: [String], to output: String) throws {
  let input = Dataset(
    "trials/input", ["trial", "channel"], unit: .one, "Images, red, green and blue pixels.")
  let label = Dataset("trials/label", ["trial"], unit: .one, "Class of each image.")
  let hashes = try batches.map { try sha256(ofFile: $0) }
  var known: CifarFile.Classes?
  try EngramWriter.write(
    output, title: "CIFAR images",
    provenance: [["verb": "convert", "from": "cifar", "inputs": .list(hashes.map { .text($0) })]]
  ) { writer in
    let sink = try writer.step(StepRecord(id: "images", plugin: "cifar", writes: [input, label]))
    for path in batches {
      let batch = try CifarFile(reading: path)
      guard known == nil || known == batch.classes else {
        throw Problem(
          "belongs to CIFAR-\(batch.classes.rawValue), the batches before it to CIFAR-\(known?.rawValue ?? 0)",
          at: path, fix: "convert the two sets apart")
      }
      known = batch.classes
      try sink.append(input.name, batch.images)
      try sink.append(label.name, Tensor(batch.labels.map(Double.init), shape: [batch.labels.count]))
    }
    try sink.finish()
  }
}
