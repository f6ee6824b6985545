import EngramData
import EngramKit
import Foundation

/// Reads a folder of sorted spikes as Kilosort writes and Phy edits it: `spike_times.npy` in samples, `spike_clusters.npy`
/// (else `spike_templates.npy`), `params.py` with the sample rate.
public struct PhyReader: FormatReader {
  public static let format = FileFormat.phy
  public init() {}

  /// Whether the file lies in such a folder.
  static func isPart(_ path: String) -> Bool {
    let folder = parent(of: path)
    return ["npy", "py", "tsv", "csv"].contains((path as NSString).pathExtension)
      && FileManager.default.fileExists(atPath: "\(folder)/spike_times.npy")
      && clusters(folder) != nil
  }

  private static func clusters(_ folder: String) -> String? {
    ["spike_clusters.npy", "spike_templates.npy"].first {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)")
    }
  }

  public func parts(of path: String, _ options: ConversionOptions) throws -> [String] {
    let folder = parent(of: path)
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
        .filter(PhyReader.isPart)
    } catch { throw Problem("cannot list the folder: \(error.localizedDescription)", at: folder) }
  }

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let folder = parent(of: path)
    guard let clusters = PhyReader.clusters(folder) else {
      throw Problem("has no spike_clusters.npy and no spike_templates.npy", at: folder)
    }
    let stated = try parameters("\(folder)/params.py")["sample_rate"]?.number
    guard let rate = options.sampleRate ?? stated, rate > 0, rate.isFinite else {
      throw ConversionOptions.missing(
        "spike_times.npy counts samples, and no params.py gives the sample rate", option: "sample-rate",
        example: "30000", at: folder)
    }
    let (times, ids) = ("\(folder)/spike_times.npy", "\(folder)/\(clusters)")
    var contents = Contents()
    contents.assumptions.append("spike times are samples at \(shortest(rate)) Hz")
    if clusters == "spike_templates.npy" {
      contents.assumptions.append("no spike_clusters.npy: units are the templates")
    }
    let source = SpikeSource(name: options.population ?? "units", unit: .millisecond, resolution: 1000 / rate)
    { body in
      let (when, who) = (try NumpyReader(reading: times), try NumpyReader(reading: ids))
      guard when.header.count == who.header.count, when.header.shape.count <= 2 else {
        throw Problem("has \(when.header.count) spikes, but \(clusters) has \(who.header.count)", at: times)
      }
      while when.remaining > 0 {
        let count = min(1 << 17, when.remaining)
        let samples: [UInt64] = try when.integers(count)
        try body(.init(times: samples.map { Double($0) * 1000 / rate }, ids: try who.integers(count)))
      }
    }
    try source.add(to: &contents, options, at: times)
    for table in ["cluster_group.tsv", "cluster_info.tsv", "cluster_KSLabel.tsv"]
    where FileManager.default.fileExists(atPath: "\(folder)/\(table)") {
      contents.dropped.append("\(table): labels of the units")
    }
    return contents
  }

  /// The assignments `name = literal` of a Python file; nothing in it is run.
  private func parameters(_ path: String) throws -> [String: PythonLiteral] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    let reader = try LineReader(path)
    var found: [String: PythonLiteral] = [:]
    try reader.forEach { line, _ in
      let text = string(line)
      guard let sign = text.firstIndex(of: "=") else { return }
      let name = text[..<sign].trimmingCharacters(in: .whitespaces)
      let value =
        text[text.index(after: sign)...].split(separator: "#", maxSplits: 1).first.map(String.init) ?? ""
      // What is no literal, such as a path put together, is not asked for.
      do { found[name] = try PythonLiteral(value) } catch { return }
    }
    return found
  }
}
