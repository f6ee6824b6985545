internal import CHDF5
import EngramKit

extension H5Group {
  /// Creates a dataset of numbers and fills it.
  ///
  /// - Parameters:
  ///   - name: Path relative to this group or absolute; groups on the way are created.
  ///   - values: Row-major; as many as `shape` says.
  ///   - shape: Extents; nil for one dimension, `[]` for a scalar.
  ///   - maxShape: Largest extents, nil in it for unlimited (needs chunks); nil for a fixed shape.
  ///   - stored: The type in the file when it differs from the one in memory.
  /// - Throws: `Problem`: name taken, shape and values disagree, disk full.
  @discardableResult
  public func write<T: H5Scalar>(
    _ name: String, _ values: [T], shape: [Int]? = nil, maxShape: [Int?]? = nil,
    storage: H5Storage = .contiguous, stored: H5Element? = nil
  ) throws -> H5Dataset {
    let shape = shape ?? [values.count]
    let dataset = try create(
      name, element: stored ?? T.element, shape: shape, maxShape: maxShape, storage: storage)
    try dataset.write(values)
    return dataset
  }

  /// Creates a scalar dataset.
  @discardableResult
  public func write<T: H5Scalar>(_ name: String, scalar value: T) throws -> H5Dataset {
    try write(name, [value], shape: [])
  }

  /// Creates a dataset of numbers to be filled in slabs; unwritten elements are 0.
  public func create(
    _ name: String, element: H5Element, shape: [Int], maxShape: [Int?]? = nil,
    storage: H5Storage = .contiguous
  ) throws -> H5Dataset {
    try create(name, shape: shape, maxShape: maxShape, storage: storage) { _ in element.native }
  }

  /// Creates a dataset whose type `type` gives; the lock is held while it runs.
  func create(
    _ name: String, shape: [Int], maxShape: [Int?]?, storage: H5Storage, isNull: Bool = false,
    type: (String) throws -> hid_t
  ) throws -> H5Dataset {
    let path = node.child(name)
    let place = node.file.place(path)
    return try hdf5 {
      let creation = try creationList(storage, shape, maxShape, at: place)
      let space: Handle
      if isNull || shape.isEmpty {
        space = try Handle(H5Screate(isNull ? H5S_NULL : H5S_SCALAR), "set the shape", at: place)
      } else {
        let most = (maxShape ?? shape).map { $0.map { hsize_t($0) } ?? engram_h5s_unlimited() }
        space = try Handle(
          H5Screate_simple(CInt(shape.count), shape.map { hsize_t($0) }, most), "set the shape", at: place)
      }
      try createParents(of: path)
      let id = H5Dcreate2(
        node.file.handle.id, path, try type(place), space.id, hid_t(H5P_DEFAULT), creation.id,
        hid_t(H5P_DEFAULT))
      return try H5Dataset(H5Node(node.file, path, taking: id, "create the dataset"))
    }
  }

  private func creationList(
    _ storage: H5Storage, _ shape: [Int], _ maxShape: [Int?]?, at place: String
  ) throws -> Handle {
    let creation = try Handle(H5Pcreate(engram_h5p_dataset_create()), "prepare the dataset", at: place)
    // Times of objects would make equal input give different bytes.
    try checked(H5Pset_obj_track_times(creation.id, false), "prepare the dataset", at: place)
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw Problem("shape \(shape) has a negative extent", at: place)
    }
    guard let chunk = storage.chunk else {
      guard maxShape == nil, storage.deflate == nil, !storage.shuffle, !storage.fletcher32 else {
        throw Problem("an extendable or compressed dataset needs chunks", at: place)
      }
      return creation
    }
    guard chunk.count == shape.count, !chunk.isEmpty, chunk.allSatisfy({ $0 > 0 }) else {
      throw Problem("chunk \(chunk) does not fit the shape \(shape)", at: place)
    }
    let extents = chunk.map { hsize_t($0) }
    try checked(H5Pset_chunk(creation.id, CInt(chunk.count), extents), "set the chunk shape", at: place)
    if storage.shuffle { try checked(H5Pset_shuffle(creation.id), "set the shuffle filter", at: place) }
    if let level = storage.deflate {
      try checked(H5Pset_deflate(creation.id, UInt32(clamping: level)), "set the compression", at: place)
    }
    if storage.fletcher32 { try checked(H5Pset_fletcher32(creation.id), "set the checksum", at: place) }
    return creation
  }
}

extension H5Dataset {
  /// Overwrites all elements.
  ///
  /// - Parameter values: Row-major, `count` of them.
  public func write<T: H5Scalar>(_ values: [T]) throws {
    try write(values, start: shape.map { _ in 0 }, count: shape)
  }

  /// Overwrites the slab `[start, start + count)` with row-major `values`.
  ///
  /// - Throws: `Problem`: outside the shape, wrong number of values, a value that the stored type cannot hold.
  public func write<T: H5Scalar>(_ values: [T], start: [Int], count: [Int]) throws {
    let elements = isNull ? 0 : try checkSlab(start, count)
    guard elements == values.count else {
      throw Problem("\(values.count) values do not fill the shape \(count) of \(elements)", at: place)
    }
    guard elements > 0 else { return }
    try hdf5 {
      DamageGuard.allow(bytes: elements * MemoryLayout<T>.stride)
      let transfer = try Handle(H5Pcreate(engram_h5p_dataset_transfer()), "prepare to write", at: place)
      var conversion = engram_conversion()
      try withUnsafeMutablePointer(to: &conversion) { state in
        try checked(engram_check_conversion(transfer.id, state), "prepare to write", at: place)
        let status: herr_t
        if count == shape {
          status = H5Dwrite(
            node.id, T.element.native, hid_t(H5S_ALL), hid_t(H5S_ALL), transfer.id, values)
        } else {
          let space = try slab(start, count)
          let memory = try memorySpace(elements)
          status = H5Dwrite(node.id, T.element.native, memory.id, space.id, transfer.id, values)
        }
        guard status >= 0 else { throw writeProblem(state.pointee.kind) }
      }
    }
  }

  /// Adds rows at the end of the first dimension.
  ///
  /// - Parameter values: Row-major, a whole number of rows.
  /// - Throws: `Problem` when the dataset cannot grow that far.
  public mutating func append<T: H5Scalar>(_ values: [T]) throws {
    let row = product(Array(shape.dropFirst()))
    guard let old = shape.first, row > 0, values.count % row == 0 else {
      throw Problem("\(values.count) values are no whole number of rows of shape \(shape)", at: place)
    }
    let rows = values.count / row
    try extend(to: old + rows)
    try write(values, start: [old] + shape.dropFirst().map { _ in 0 }, count: [rows] + shape.dropFirst())
  }

  /// Sets the extent of the first dimension; new elements are 0.
  mutating func extend(to rows: Int) throws {
    guard maxShape.first.map({ $0.map { rows <= $0 } ?? true }) ?? false else {
      throw Problem(
        "cannot grow to \(rows) rows: its largest shape is \(maxShape.map { $0 ?? -1 })", at: place)
    }
    let wanted = [rows] + shape.dropFirst()
    try hdf5 {
      try checked(H5Dset_extent(node.id, wanted.map { hsize_t($0) }), "extend the dataset", at: place)
    }
    shape = wanted
  }

  private func writeProblem(_ kind: CInt) -> Problem {
    guard kind != -1 else { return libraryProblem("write the elements", at: place) }
    _ = libraryReasons()
    return Problem("a value does not fit the stored type \(type.words)", at: place)
  }
}
