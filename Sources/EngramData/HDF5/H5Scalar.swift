internal import CHDF5

/// The number types an array in memory can have.
public enum H5Element: String, Sendable, CaseIterable {
  case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64

  /// libhdf5's type for this machine; immutable and never closed.
  var native: hid_t {
    switch self {
    case .int8: engram_h5t_int8()
    case .int16: engram_h5t_int16()
    case .int32: engram_h5t_int32()
    case .int64: engram_h5t_int64()
    case .uint8: engram_h5t_uint8()
    case .uint16: engram_h5t_uint16()
    case .uint32: engram_h5t_uint32()
    case .uint64: engram_h5t_uint64()
    case .float32: engram_h5t_float()
    case .float64: engram_h5t_double()
    }
  }
}

/// A number that can be read from and written to HDF5; libhdf5 converts from whatever is stored.
public protocol H5Scalar: BitwiseCopyable, Sendable {
  /// The type of one value in memory.
  static var element: H5Element { get }
}

extension Int8: H5Scalar { public static var element: H5Element { .int8 } }
extension Int16: H5Scalar { public static var element: H5Element { .int16 } }
extension Int32: H5Scalar { public static var element: H5Element { .int32 } }
extension Int64: H5Scalar { public static var element: H5Element { .int64 } }
extension Int: H5Scalar { public static var element: H5Element { .int64 } }
extension UInt8: H5Scalar { public static var element: H5Element { .uint8 } }
extension UInt16: H5Scalar { public static var element: H5Element { .uint16 } }
extension UInt32: H5Scalar { public static var element: H5Element { .uint32 } }
extension UInt64: H5Scalar { public static var element: H5Element { .uint64 } }
extension UInt: H5Scalar { public static var element: H5Element { .uint64 } }
extension Float: H5Scalar { public static var element: H5Element { .float32 } }
extension Double: H5Scalar { public static var element: H5Element { .float64 } }
