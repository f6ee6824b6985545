import EngramData
import EngramKit
import Foundation

/// Looks at what a file is, and at everything that readers of it rely on.
///
/// - Parameter path: An HDF5 file, or a SONATA configuration (JSON).
/// - Returns: Every finding, worst first among those of one object; none for a sound file.
/// - Throws: `Problem` when the file is not there or may not be read. What is wrong in a file is never thrown.
public func checkFile(_ path: String) throws -> [Finding] {
  guard FileManager.default.isReadableFile(atPath: path) else {
    throw Problem("there is no such file, or it may not be read", at: path, fix: "check the path")
  }
  var list = FindingList(path)
  let format: Detection
  do { format = try detectFormat(path) } catch {
    let known = problem(error, at: path)
    list.add(known.what.contains("empty") ? .badSignature : .damaged, "", known.what)
    return list.findings
  }
  switch format.format {
  case .json: list.part("") { try checkConfiguration(path, &$0) }
  case .oldMatlab: list.add(.matlabVersion, "", "is a \(format.format.title) file, which is not HDF5")
  case .numpy, .npz, .matrixMarket, .graphml, .nest, .netpyne, .phy, .matlab, .anndata:
    if let reader = FormatCatalogue.reader(format.format) { checkByReading(path, reader, &list) }
  case let other where !other.isHDF5:
    list.add(.badSignature, "", "is \(other.title), not HDF5 (\(format.because))")
  default: checkHDF5(path, format.format, &list)
  }
  return list.findings
}

private func checkHDF5(_ path: String, _ format: FileFormat, _ list: inout FindingList) {
  let h5: H5File
  do { h5 = try H5File(reading: path) } catch { return list.add(.damaged, "", problem(error, at: path).what) }
  if format == .nwb {
    list.part("/") { try checkElements(h5, &$0) }
    list.part("/") { try checkNwb(h5, &$0) }
    return
  }
  list.part("/") { list in
    do {
      let file = try EngramFile(h5)
      for warning in file.warnings { list.add(.schemaVersion, "/engram", warning.what, severity: .warning) }
      try checkLayout(file, &list)
    } catch let known as Problem where known.what.contains("has layout version") {
      list.add(.schemaVersion, "/engram", known.what)
    }
  }
}

/// Checks all that SONATA and the canonical layout say about a file.
private func checkLayout(_ file: EngramFile, _ list: inout FindingList) throws {
  let root = try file.h5.root
  let sections = try ["nodes", "edges", "spikes", "report", "engram"].filter {
    try root.kind(of: $0) == .group
  }
  if !sections.isEmpty { list.part("/") { try checkMagic(root, &$0) } }
  list.part("/nodes") { list in
    for name in try file.nodeNames() { list.part("/nodes/\(name)") { try checkNodes(file, name, &$0) } }
  }
  list.part("/edges") { list in
    for name in try file.edgeNames() { list.part("/edges/\(name)") { try checkEdges(file, name, &$0) } }
  }
  list.part("/spikes") { list in
    for name in try file.spikeNames() { list.part("/spikes/\(name)") { try checkSpikes(file, name, &$0) } }
  }
  list.part("/report") { list in
    for name in try file.reportNames() { list.part("/report/\(name)") { try checkReport(file, name, &$0) } }
  }
  list.part("/engram") { try checkEngram(file, &$0) }
  list.part("/") { try checkElements(file.h5, &$0) }
}

private func checkMagic(_ root: H5Group, _ list: inout FindingList) throws {
  let attributes = root.attributes
  guard attributes.contains("magic"), attributes.contains("version") else {
    return list.add(.magic, "/", "has no root attributes magic and version")
  }
  let (magic, version) = (try attributes.int("magic"), try attributes.ints("version"))
  if magic != 0x0A7A { list.add(.magic, "/", "magic is \(magic ?? 0), not 2682", severity: .error) }
  if version != [0, 1] { list.add(.magic, "/", "version is \(version ?? []), not [0, 1]", severity: .error) }
}

/// Every dataset must be readable: its filters there, its first and last elements in the file.
private func checkElements(_ h5: H5File, _ list: inout FindingList) throws {
  try h5.walk { entry in
    list.part(entry.path) { _ in
      if entry.content == .dataset { try probe(try h5.root.dataset(entry.path)) }
      if let problem = entry.problem { throw problem }
    }
    return true
  }
}

private func probe(_ dataset: H5Dataset) throws {
  guard !dataset.isNull, dataset.count > 0, let rows = dataset.shape.first else { return }
  for row in Set([0, rows - 1]) {
    if dataset.type.isNumeric {
      _ = try dataset.read(Double.self, rows: row..<row + 1)
    } else if dataset.type.isString {
      _ = try dataset.readStrings(rows: row..<row + 1)
    }
  }
}
