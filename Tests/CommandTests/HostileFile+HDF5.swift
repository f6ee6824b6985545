import EngramData
import Foundation

extension HostileFile {
  private static func hdf5(
    _ name: String, _ words: String, isSound: Bool = false,
    _ fill: @escaping @Sendable (H5File) throws -> Void
  ) -> Self {
    Self(name: name, words: words, isSound: isSound) { path in try H5File.write(path, fill) }
  }

  /// One chunk of `bytes` zeros, unpacked in one go or not at all.
  private static func bomb(_ file: H5File, _ name: String, _ element: H5Element, _ count: Int) throws {
    let dataset = try file.root.create(
      name, element: element, shape: [count], storage: .compressed(chunk: [count], level: 1))
    try dataset.write([1.0], start: [0], count: [1])
  }

  private static func vast(_ file: H5File, _ name: String, _ element: H5Element, _ shape: [Int]) throws {
    _ = try file.root.create(
      name, element: element, shape: shape, storage: .compressed(chunk: shape.map { _ in 1024 }))
  }

  static let hierarchies = [
    // 128 MiB from half a megabyte, each.
    hdf5("bomb.h5", "memory limit") { file in
      for (name, element) in [("timestamps", H5Element.float64), ("node_ids", .uint64)] {
        try bomb(file, "/spikes/p/\(name)", element, 1 << 24)
      }
      try file.root.dataset("/spikes/p/timestamps").attributes.set("units", "ms")
    },
    hdf5("vast.h5", "stores only 0 bytes") { file in
      try vast(file, "/spikes/p/timestamps", .float64, [1 << 60])
      try vast(file, "/spikes/p/node_ids", .uint64, [1 << 60])
    },
    hdf5("edges.h5", "stores only 0 bytes") { file in
      for name in ["source_node_id", "target_node_id", "edge_type_id"] {
        try vast(file, "/edges/p/\(name)", .uint64, [1 << 40])
        try file.root.dataset("/edges/p/\(name)").attributes.set("node_population", "p")
      }
    },
    hdf5("vast.mat", "neurons") { file in
      try vast(file, "W", .float64, [1 << 33, 1 << 33])
      try file.root.dataset("W").attributes.set("MATLAB_class", "double", as: .fixed)
    },
    hdf5("sparse.mat", "memory limit") { file in
      let group = try file.root.createGroup("W")
      try group.attributes.set("MATLAB_class", "double", as: .fixed)
      try group.attributes.set("MATLAB_sparse", UInt64(1) << 62)
      try vast(file, "/W/jc", .uint64, [1 << 60])
      try group.write("ir", [UInt64(0)])
      try group.write("data", [1.0])
    },
    hdf5("vast.h5ad", "has shape") { file in try annotated(file, shape: [1 << 62, 1 << 62]) },
    hdf5("negative.h5ad", "has the shape [-1, -5]") { file in try annotated(file, shape: [-1, -5]) },
    hdf5("outside.h5", "external link") { file in
      try file.root.externalLink("/spikes", to: "/spikes", inFile: "/etc/other.h5")
    },
    hdf5("above.h5", "external link") { file in
      try file.root.externalLink("/spikes/p", to: "/spikes/p", inFile: "../other.h5")
    },
    hdf5("circle.h5", "there is no “timestamps”") { file in
      try file.root.createGroup("/spikes/p")
      for name in ["timestamps", "node_ids"] {
        try file.root.softLink("/spikes/p/\(name)", to: "/spikes/p/\(name)")
      }
      try file.root.softLink("/nodes", to: "/edges")
      try file.root.softLink("/edges", to: "/nodes")
    },
    hdf5("itself.h5", "has neither node_type_id nor node_id") { file in
      try file.root.createGroup("/nodes/p")
      for name in ["/nodes/p/p", "/nodes/p/0", "/edges"] { try file.root.hardLink(name, to: "/nodes") }
      for name in ["/spikes", "/report"] { try file.root.hardLink(name, to: "/") }
    },
    hdf5("deep.h5", "no known layout") { file in
      var group = try file.root
      for _ in 0..<100 { group = try group.createGroup("g") }
    },
  ]

  private static func annotated(_ file: H5File, shape: [Int64]) throws {
    try file.root.attributes.set("encoding-type", "anndata")
    let matrix = try file.root.createGroup("X")
    try matrix.attributes.set("encoding-type", "csr_matrix")
    try matrix.attributes.set("shape", shape)
    try matrix.write("data", [1.0])
    try matrix.write("indices", [Int32(0)])
    try matrix.write("indptr", [Int64(0), 1])
    for name in ["obs", "var"] {
      let frame = try file.root.createGroup(name)
      try frame.attributes.set("_index", "_index")
      try frame.write("_index", strings: ["a"])
    }
  }
}
