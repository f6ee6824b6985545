import EngramData
import EngramKit
import Foundation
import Testing

@Suite("HDF5 elements")
struct ElementTests {
  private let scratch: Scratch
  private let path: String

  init() throws {
    scratch = try Scratch()
    path = scratch.file("a.h5")
  }

  /// Writes a file and gives its root.
  private func root(_ fill: (H5Group) throws -> Void) throws -> H5Group {
    try H5File.write(path) { try fill($0.root) }
    return try H5File(reading: path).root
  }

  @Test("enumerations give names and numbers")
  func enumerations() throws {
    let root = try root {
      try $0.write("codes", codes: [1, 0, 2], of: ["none", "by_id", "by_time"])
      try $0.write("flags", bools: [true, false])
    }
    let codes = try root.dataset("codes")
    #expect(codes.type.words == "enum {none=0, by_id=1, by_time=2}")
    #expect(try codes.readNames() == ["by_id", "none", "by_time"])
    #expect(try codes.read(UInt8.self) == [1, 0, 2])
    #expect(try codes.read(Int.self, rows: 2..<3) == [2])
    #expect(try root.dataset("flags").readBools() == [true, false])
    #expect(try root.dataset("flags").readNames() == ["TRUE", "FALSE"])
    #expect(throws: Problem.self) { try self.root { try $0.write("c", codes: [2], of: ["a", "b"]) } }
  }

  @Test("references give the paths of what they refer to")
  func references() throws {
    let root = try root {
      try $0.write("cells/a", [1.0])
      try $0.createGroup("empty")
      try $0.write("refs", referencesTo: ["cells/a", "/empty"])
    }
    #expect(try root.dataset("refs").readReferences() == ["/cells/a", "/empty"])
  }

  @Test("complex numbers are read under both namings", arguments: [false, true])
  func complex(matlab: Bool) throws {
    let root = try root { try $0.write("z", complex: [(1, -2), (0.5, 3)], matlab: matlab) }
    let z = try root.dataset("z")
    #expect(try z.readComplex().map { [$0.real, $0.imaginary] } == [[1, -2], [0.5, 3]])
    #expect(try z.readField(matlab ? "imag" : "i", as: Float.self) == [-2, 3])
    #expect(throws: Problem.self) { try z.readField("k", as: Double.self) }
  }

  @Test("numbers change type without loss, or not at all")
  func conversion() throws {
    let root = try root {
      try $0.write("ids", [0.0, 3, 4_294_967_295])
      try $0.write("fraction", [1.5])
      try $0.write("negative", [Int32(-1)])
      try $0.write("huge", [1e300])
      try $0.write("nan", [Double.nan, .infinity])
      try $0.write("narrow", [1.0, 2.0], stored: .float32)
      try $0.write("words", strings: ["1"])
    }
    #expect(try root.dataset("ids").read(UInt32.self) == [0, 3, 4_294_967_295])
    #expect(try root.dataset("ids").read(UInt64.self) == [0, 3, 4_294_967_295])
    #expect(try root.dataset("narrow").type == .float(bytes: 4))
    #expect(try root.dataset("nan").read(Float.self)[1] == .infinity)
    func message<T: H5Scalar>(_ name: String, _: T.Type) -> String? {
      do { _ = try root.dataset(name).read(T.self) } catch let problem as Problem {
        return problem.what
      } catch {}
      return nil
    }
    #expect(message("ids", UInt8.self) == "holds a value above the range of uint8")
    #expect(message("negative", UInt64.self) == "holds a value below the range of uint64")
    #expect(message("fraction", Int.self) == "holds a fraction where int64 is wanted")
    #expect(message("huge", Float.self) == "holds a value above the range of float32")
    #expect(message("nan", Int32.self) == "holds a value that is not finite where int32 is wanted")
    #expect(message("words", Int.self) == "holds variable-length string, not numbers")
    #expect(throws: Problem.self) { try self.root { try $0.write("x", [300], stored: .uint8) } }
  }

  @Test("attributes refuse what they cannot hold, and what is asked of them in vain")
  func attributes() throws {
    let root = try root {
      try $0.attributes.set("units", "ms")
      try $0.attributes.set("units", "s")
      try $0.attributes.set("three", [1, 2, 3])
      try $0.attributes.set("big", UInt64.max)
      try $0.attributes.set("gone", 1)
      try $0.attributes.remove("gone")
    }
    #expect(try root.attributes.names() == ["big", "three", "units"])
    #expect(try root.attributes.string("units") == "s")
    #expect(try root.attributes.value("big") == .unsigned([.max], shape: []))
    #expect(throws: Problem.self) { try root.attributes.int("big") }
    #expect(throws: Problem.self) { try root.attributes.int("three") }
    #expect(throws: Problem.self) { try root.attributes.int("units") }
    #expect(throws: Problem.self) { try root.attributes.string("three") }
  }
}
