import EngramData
import EngramKit
import Glibc

/// What kind of file lies at `path`, told from its content.
///
/// - Throws: `Problem`: not there, unreadable, empty, or HDF5 that cannot be opened.
public func detectFormat(_ path: String, followExternal: Bool = false) throws -> Detection {
  let head = try firstBytes(of: path)
  if PhyReader.isPart(path) { return Detection(.phy, "spike_times.npy and spike_clusters.npy beside it") }
  if let plain = detectPlain(head) {
    return try plain.format == .json && isNetPyne(path)
      ? Detection(.netpyne, "JSON with simData or simConfig") : plain
  }
  if !head.starts(with: hdf5Signature), isBinary(head), let images = try detectCifar(path) { return images }
  // HDF5 may begin at byte 512, 1024, 2048, …, so its room decides; what it refuses by signature is text or binary.
  if head.starts(with: hdf5Signature) || isBinary(head) {
    do {
      return try detectLayout(try H5File(reading: path, followExternal: followExternal))
    } catch let problem as Problem where problem.what.contains("no HDF5 signature") {
      return Detection(.binary, "no signature of a known format")
    }
  }
  return Detection(.text, "characters only, and no other mark")
}

/// What the first bytes of a file tell, without opening it as HDF5: that it is HDF5 is all they say of one.
///
/// - Throws: `Problem`: not there, unreadable, empty.
public func detectHead(_ path: String) throws -> FileFormat {
  let head = try firstBytes(of: path)
  if PhyReader.isPart(path) { return .phy }
  if let plain = detectPlain(head) {
    return try plain.format == .json && isNetPyne(path) ? .netpyne : plain.format
  }
  if head.starts(with: hdf5Signature) { return .hdf5 }
  return isBinary(head) ? try detectCifar(path)?.format ?? .binary : .text
}

/// The layout of an open HDF5 file.
public func detectLayout(_ file: H5File) throws -> Detection {
  let root = try file.root
  if root.attributes.contains("nwb_version") { return Detection(.nwb, "the root's attribute nwb_version") }
  if try root.kind(of: "nwb_version") == .dataset {
    return Detection(.nwb, "the dataset /nwb_version of NWB 1.x")
  }
  if try root.attributes.text("encoding-type") == "anndata" {
    return Detection(.anndata, "the root's attribute encoding-type = anndata")
  }
  if try root.attributes.text("format") == "nix" {
    return Detection(.nix, "the root's attribute format = nix")
  }
  if file.userBlockSize >= 512, try firstBytes(of: file.path).starts(with: Array("MATLAB 7.3".utf8)) {
    return Detection(.matlab, "a file head that starts with MATLAB 7.3")
  }
  if try root.kind(of: "engram") == .group { return Detection(.engram, "the group /engram") }
  let names = try root.names()
  if names.contains("processing"), try root.kind(of: "processing") == .group {
    let modules = try root.group("processing")
    for module in try modules.names().prefix(64) where try modules.exists("\(module)/spike_train") {
      return Detection(.nwb, "/processing/\(module)/spike_train of NWB 1.x")
    }
  }
  let sections = ["nodes", "edges", "spikes", "report"].filter(names.contains)
  if !sections.isEmpty {
    return Detection(.sonata, sections.map { "/\($0)" }.joined(separator: ", "))
  }
  for name in names.prefix(64) {
    guard try root.kind(of: name) != nil else { continue }
    let attributes =
      try root.kind(of: name) == .dataset ? root.dataset(name).attributes : root.group(name).attributes
    if attributes.contains("MATLAB_class") {
      return Detection(.matlab, "the attribute MATLAB_class of /\(name)")
    }
  }
  return Detection(.hdf5, "an HDF5 signature, and no mark of a layout")
}

private let hdf5Signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

private func detectPlain(_ head: [UInt8]) -> Detection? {
  func starts(_ text: String) -> Bool { head.starts(with: Array(text.utf8)) }
  if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return Detection(.numpy, "the signature NUMPY") }
  if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
    let text = String(decoding: head, as: UTF8.self)
    return text.contains(".npy")
      ? Detection(.npz, "a ZIP archive with .npy members") : Detection(.zip, "the signature PK")
  }
  if starts("MATLAB 5.0 MAT-file") {
    return Detection(.oldMatlab, "a head that starts with MATLAB 5.0 MAT-file")
  }
  if head.count >= 4, head[0] == 0, head[1] == 0, IdxFile.Element(rawValue: head[2]) != nil, 1...8 ~= head[3]
  {
    return Detection(.idx, "the magic number 0 0 \(head[2]) \(head[3])")
  }
  if starts("%%MatrixMarket") { return Detection(.matrixMarket, "a first line %%MatrixMarket") }
  guard !isBinary(head) else { return nil }
  if starts("# NEST version:") { return Detection(.nest, "a first line # NEST version:") }
  let text = String(decoding: head, as: UTF8.self)
  let trimmed = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
  if trimmed.first == "{" || trimmed.first == "[" {
    return Detection(.json, "a first character \(trimmed.prefix(1))")
  }
  if trimmed.first == "<", text.contains("<graphml") { return Detection(.graphml, "an element graphml") }
  return nil
}

/// Batches of CIFAR have no signature.
private func detectCifar(_ path: String) throws -> Detection? {
  try CifarFile.recognised(path).map {
    Detection(.cifar, "the length of whole images, and labels that CIFAR-\($0.rawValue) has")
  }
}

/// Whether a JSON file names what NetPyNE saves, which need not be near its beginning.
private func isNetPyne(_ path: String) throws -> Bool {
  let marks = ["\"simData\"", "\"simConfig\"", "\"netpyne_version\""].map { Array($0.utf8) }
  let stream = try FileStream(path)
  let (blockLength, overlap) = (1 << 20, 32)
  var tail: [UInt8] = []
  var rest = stream.size
  while rest > 0 {
    let block = tail + (try stream.bytes(min(blockLength, rest)))
    rest -= min(blockLength, rest)
    let text = block.span
    for place in 0..<text.count where text[place] == 0x22 {
      for mark in marks
      where place + mark.count <= text.count && mark.indices.allSatisfy({ mark[$0] == block[place + $0] }) {
        return true
      }
    }
    tail = Array(block.suffix(overlap))
  }
  return false
}

private func isBinary(_ head: [UInt8]) -> Bool {
  head.contains { $0 < 0x09 || ($0 > 0x0D && $0 < 0x20 && $0 != 0x1B) }
}

private func firstBytes(of path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw failure("cannot open the file", path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw failure("cannot read the file", path) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw Problem(
      "is \(status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "no regular file")", at: path,
      fix: "name a file")
  }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = read(descriptor, &bytes, bytes.count)
  guard count >= 0 else { throw failure("cannot read the file", path) }
  guard count > 0 else { throw Problem("the file is empty (0 bytes)", at: path) }
  return Array(bytes.prefix(count))
}

private func failure(_ what: String, _ path: String) -> Problem {
  Problem("\(what): \(String(cString: strerror(errno)))", at: path)
}

extension H5Attributes {
  /// One text; nil where the attribute is absent or is anything else.
  fileprivate func text(_ name: String) throws -> String? {
    guard contains(name) else { return nil }
    switch try value(name) {
    case .strings(let texts, _), .names(let texts, _): return texts.count == 1 ? texts[0] : nil
    default: return nil
    }
  }
}
