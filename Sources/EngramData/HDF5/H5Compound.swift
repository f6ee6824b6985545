internal import CHDF5
import EngramKit

extension H5Dataset {
  /// One numeric field of every element of a compound, row-major.
  ///
  /// - Throws: `Problem`: no compound, no such field, a field that is no number, a value out of range.
  public func readField<T: H5Scalar>(_ field: String, as _: T.Type = T.self) throws -> [T] {
    guard try fieldType(field).isNumeric else {
      throw Problem("field “\(field)” holds no numbers", at: place)
    }
    guard !isNull, count > 0 else { return [] }
    try guardRead(count, bytesEach: MemoryLayout<T>.stride)
    return try hdf5 {
      let memory = try oneField(field, T.element.native, MemoryLayout<T>.size)
      let transfer = try Handle(H5Pcreate(engram_h5p_dataset_transfer()), "prepare to read", at: place)
      var conversion = engram_conversion()
      return try Array(unsafeUninitializedCapacity: count) { buffer, filled in
        try withUnsafeMutablePointer(to: &conversion) { state in
          try checked(engram_check_conversion(transfer.id, state), "prepare to read", at: place)
          let all = hid_t(H5S_ALL)
          let status = H5Dread(node.id, memory.id, all, all, transfer.id, buffer.baseAddress)
          guard status >= 0 else { throw readProblem(state.pointee.kind, T.element) }
        }
        filled = count
      }
    }
  }

  /// One string field of every element of a compound.
  public func readStringField(_ field: String) throws -> [String] {
    guard case .string(let length) = try fieldType(field) else {
      throw Problem("field “\(field)” holds no strings", at: place)
    }
    guard !isNull, count > 0 else { return [] }
    try guardRead(count, bytesEach: max(length ?? 0, 16))
    return try hdf5 {
      let whole = try Handle(H5Dget_type(node.id), "read the element type", at: place)
      let index = try checked(H5Tget_member_index(whole.id, field), "find field “\(field)”", at: place)
      let stored = try Handle(H5Tget_member_type(whole.id, UInt32(index)), "read the field's type", at: place)
      let memory = try oneField(field, stored.id, length ?? MemoryLayout<UnsafeRawPointer>.size)
      return try stringElements(stored.id, length, count, at: place) { _, buffer in
        let status = H5Dread(node.id, memory.id, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
        try checked(status, "read field “\(field)”", at: place)
      }
    }
  }

  /// Complex numbers as (real, imaginary), from fields r and i (h5py) or real and imag (MATLAB); real numbers get
  /// an imaginary part of 0.
  public func readComplex() throws -> [(real: Double, imaginary: Double)] {
    guard case .compound(let fields) = type else { return try read(Double.self).map { ($0, 0) } }
    for (real, imaginary) in [("r", "i"), ("real", "imag")] where fields.map(\.name) == [real, imaginary] {
      return Array(zip(try readField(real), try readField(imaginary))).map { ($0, $1) }
    }
    throw Problem("holds \(type.words), not complex numbers", at: place)
  }

  private func fieldType(_ field: String) throws -> H5Type {
    guard case .compound(let fields) = type else {
      throw Problem("holds \(type.words), not a compound", at: place)
    }
    guard let match = fields.first(where: { $0.name == field }) else {
      throw Problem("has no field “\(field)” among \(fields.map(\.name).joined(separator: ", "))", at: place)
    }
    return match.type
  }

  /// A compound in memory with a single field: libhdf5 picks it out by name. The lock is held.
  private func oneField(_ field: String, _ type: hid_t, _ size: Int) throws -> Handle {
    let memory = try Handle(H5Tcreate(H5T_COMPOUND, size), "prepare to read", at: place)
    try checked(H5Tinsert(memory.id, field, 0, type), "prepare to read field “\(field)”", at: place)
    return memory
  }
}

extension H5Group {
  /// Creates a dataset of complex numbers, fields `r` and `i` of float64 as h5py writes them.
  ///
  /// - Parameter matlab: Whether the fields are named `real` and `imag` as MATLAB names them.
  @discardableResult
  public func write(
    _ name: String, complex values: [(real: Double, imaginary: Double)], shape: [Int]? = nil,
    matlab: Bool = false
  ) throws -> H5Dataset {
    let place = node.file.place(node.child(name))
    return try hdf5 {
      let type = try Handle(H5Tcreate(H5T_COMPOUND, 16), "create the complex type", at: place)
      for (field, offset) in zip(matlab ? ["real", "imag"] : ["r", "i"], [0, 8]) {
        let status = H5Tinsert(type.id, field, offset, engram_h5t_double())
        try checked(status, "create the complex type", at: place)
      }
      let dataset = try create(name, shape: shape ?? [values.count], maxShape: nil, storage: .contiguous) {
        _ in type.id
      }
      guard values.count == dataset.count else {
        throw Problem("\(values.count) values do not fill the shape \(dataset.shape)", at: place)
      }
      guard !values.isEmpty else { return dataset }
      let flat = values.flatMap { [$0.real, $0.imaginary] }
      let status = H5Dwrite(
        dataset.node.id, type.id, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), flat)
      try checked(status, "write the elements", at: place)
      return dataset
    }
  }
}
