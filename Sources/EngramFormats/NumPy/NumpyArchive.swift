import EngramData
import EngramKit

/// A `.npz` file: a ZIP archive of named NumPy arrays.
public final class NumpyArchive {
  public let path: String
  /// The names of the arrays, sorted.
  public var names: [String] { members.keys.sorted() }
  /// Members that are no arrays.
  public let others: [String]
  private let memory: Int
  private let archive: Archive
  private let members: [String: Archive.Member]

  /// Opens an archive and looks at its list of members.
  ///
  /// - Parameter memory: Bytes that one read may take.
  /// - Throws: `Problem`, as `Archive`.
  public init(reading path: String, memory: Int = H5File.defaultMemoryLimit) throws {
    self.memory = memory
    let archive = try Archive(reading: path)
    self.path = path
    self.archive = archive
    let arrays = archive.members.filter { $0.name.hasSuffix(".npy") }
    others = archive.members.filter { !$0.name.hasSuffix(".npy") }.map(\.name)
    members = Dictionary(arrays.map { (String($0.name.dropLast(4)), $0) }) { first, _ in first }
  }

  /// Whether it holds an array `name`.
  public func contains(_ name: String) -> Bool { members[name] != nil }

  /// The array `name`, from its first element. Several may be open at once.
  ///
  /// - Throws: `Problem`: none of that name, damaged, Python objects (NPY001).
  public func array(_ name: String) throws -> NumpyReader {
    guard let member = members[name] else {
      throw Problem("has no array “\(name)”, but \(names.joined(separator: ", "))", at: path)
    }
    return try NumpyReader(try archive.open(member), memory: memory)
  }

  /// The only element of the array `name`; nil when there is none of that name.
  ///
  /// - Throws: `Problem` when it is no single number.
  public func number(_ name: String) throws -> Double? {
    guard contains(name) else { return nil }
    let array = try array(name)
    guard array.header.count == 1 else {
      throw Problem("has \(array.header.count) elements instead of one", at: array.place)
    }
    return try array.doubles(1)[0]
  }
}
