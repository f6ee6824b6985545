/// The file formats that are told apart, by content and never by the file's name.
public enum FileFormat: String, Sendable, CaseIterable, Codable {
  case engram, sonata, nwb, anndata, nix
  case matlab = "matlab-7.3"
  case oldMatlab = "matlab-5"
  case hdf5
  case numpy, npz, zip
  case matrixMarket = "matrix-market"
  case graphml, json, nest, netpyne, phy, idx, cifar, csv, text, binary

  /// The format that a user names: its own name, or what its files usually end in.
  public init?(named text: String) {
    let other = [
      "mat": FileFormat.matlab, "matlab": .matlab, "mtx": .matrixMarket, "h5ad": .anndata, "npy": .numpy,
    ]
    guard let format = FileFormat(rawValue: text) ?? other[text] else { return nil }
    self = format
  }

  /// As one would say it.
  public var title: String {
    switch self {
    case .engram: "Engram"
    case .sonata: "SONATA"
    case .nwb: "NWB"
    case .anndata: "AnnData"
    case .nix: "NIX"
    case .matlab: "MATLAB 7.3"
    case .oldMatlab: "MATLAB 5 to 7"
    case .hdf5: "HDF5 of no known layout"
    case .numpy: "NumPy array"
    case .npz: "NumPy archive"
    case .zip: "ZIP archive"
    case .matrixMarket: "Matrix Market"
    case .graphml: "GraphML"
    case .json: "JSON"
    case .nest: "NEST recording"
    case .netpyne: "NetPyNE output"
    case .phy: "a Kilosort and Phy folder"
    case .idx: "IDX"
    case .cifar: "CIFAR binary version"
    case .csv: "comma-separated values"
    case .text: "text"
    case .binary: "binary of no known format"
    }
  }

  /// Whether it is an HDF5 file.
  public var isHDF5: Bool {
    switch self {
    case .engram, .sonata, .nwb, .anndata, .nix, .matlab, .hdf5: true
    default: false
    }
  }
}

/// A format, and what in the file speaks for it.
public struct Detection: Sendable, Equatable {
  public let format: FileFormat
  /// What was found, as the end of "because of …".
  public let because: String

  init(_ format: FileFormat, _ because: String) {
    self.format = format
    self.because = because
  }
}
