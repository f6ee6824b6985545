internal import CCrypto
import EngramKit
import Foundation

/// SHA-256 of a file's bytes in lowercase hexadecimal, read in blocks.
///
/// - Throws: `Problem` when the file cannot be read.
public func sha256(ofFile path: String) throws -> String {
  guard let file = fopen(path, "rb") else { throw systemProblem("cannot open the file", at: path) }
  defer { fclose(file) }
  let digest = try Digest(EVP_sha256())
  var block = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = fread(&block, 1, block.count, file)
    if count == 0 { break }
    try digest.add(block.prefix(count))
  }
  guard ferror(file) == 0 else { throw systemProblem("cannot read the file", at: path) }
  return hexadecimal(try digest.finish())
}

/// SHA-256 of a file's bytes, or of the names and hashes of all files in a folder, in lowercase hexadecimal.
///
/// - Throws: `Problem` when something cannot be read.
public func sha256(ofFileOrFolder path: String) throws -> String {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
    return try sha256(ofFile: path)
  }
  let names: [String]
  do { names = try FileManager.default.subpathsOfDirectory(atPath: path).sorted() } catch {
    throw Problem("cannot list the folder: \(error.localizedDescription)", at: path)
  }
  var lines: [String] = []
  for name in names {
    let file = (path as NSString).appendingPathComponent(name)
    _ = FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
    if !isFolder.boolValue { lines.append("\(try sha256(ofFile: file))  \(name)") }
  }
  return try sha256(Array(lines.joined(separator: "\n").utf8))
}

/// SHA-256 of `bytes` in lowercase hexadecimal.
public func sha256(_ bytes: some Collection<UInt8>) throws -> String {
  let digest = try Digest(EVP_sha256())
  try digest.add(Array(bytes)[...])
  return hexadecimal(try digest.finish())
}

/// Engram's own namespace for UUIDs: version 5 of "engram" in the DNS namespace of RFC 9562.
public let engramNamespace = UUID(
  uuid: (0x75, 0x16, 0xb0, 0x1d, 0xdf, 0xb6, 0x5c, 0xb7, 0x8b, 0x26, 0xb5, 0xd8, 0x3e, 0x66, 0xbb, 0xde))

/// A UUID version 5 (RFC 9562): the same name gives the same identifier.
public func uuid5(_ name: String, in namespace: UUID) throws -> UUID {
  let digest = try Digest(EVP_sha1())
  try digest.add(withUnsafeBytes(of: namespace.uuid) { Array($0) }[...])
  try digest.add(Array(name.utf8)[...])
  var bytes = try digest.finish()
  bytes[6] = bytes[6] & 0x0F | 0x50
  bytes[8] = bytes[8] & 0x3F | 0x80
  return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
}

/// A UUID version 5 in Engram's namespace.
public func uuid5(_ name: String) throws -> UUID { try uuid5(name, in: engramNamespace) }

/// A running digest of libcrypto, freed once.
private final class Digest {
  private let context: OpaquePointer

  init(_ algorithm: OpaquePointer?) throws {
    guard let context = EVP_MD_CTX_new() else { throw Problem("libcrypto has no memory for a digest") }
    self.context = context
    guard EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
      throw Problem("libcrypto refuses the digest")
    }
  }

  deinit { EVP_MD_CTX_free(context) }

  func add(_ bytes: ArraySlice<UInt8>) throws {
    let status = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    guard status == 1 else { throw Problem("libcrypto cannot add to the digest") }
  }

  func finish() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard EVP_DigestFinal_ex(context, &bytes, &length) == 1 else {
      throw Problem("libcrypto cannot finish the digest")
    }
    return Array(bytes.prefix(Int(length)))
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
