// swift-tools-version: 6.0
import Foundation
import PackageDescription

/// pkg-config's name for serial HDF5: `hdf5-serial` on Debian and Ubuntu, `hdf5` elsewhere.
let hdf5 = Context.environment["ENGRAM_HDF5"] ?? "hdf5-serial"

/// Kernels use AVX2 on x86-64; `engram` checks the processor before it calls one.
#if arch(x86_64)
  let vectorised: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
  let vectorisedC: [CSetting] = [.unsafeFlags(["-march=x86-64-v3"])]
#else
  let vectorised: [SwiftSetting] = []
  let vectorisedC: [CSetting] = []
#endif

/// Plugins loaded at run time find the toolkit's functions in the host, so that a process has one core.
let exportSymbols = ["-Xlinker", "--export-dynamic"]

/// `make install` links a binary that finds the Swift runtime beside itself and forgets where the toolchain was.
let findRuntime =
  Context.environment["ENGRAM_INSTALL"] == nil
  ? [] : ["-no-toolchain-stdlib-rpath", "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib/engram"]

/// Notes, examples and cases beside the plugins' sources, which the compiler must not see.
let pluginNotes: [String] = {
  let root = URL(fileURLWithPath: Context.packageDirectory).appendingPathComponent("Plugins")
  let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
  return files.filter { file in [".md", ".yaml", ".json"].contains { file.hasSuffix($0) } }.sorted()
}()

func library(_ name: String, _ pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func room(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [],
  _ settings: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", exclude: exclude,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude)
}

let package = Package(
  name: "Engram",
  products: [
    .executable(name: "engram", targets: ["engram"]),
    .library(name: "EngramKit", targets: ["EngramKit"]),
  ],
  targets: [
    library("CHDF5", hdf5, apt: "libhdf5-dev"),
    library("CLAPACK", "openblas", apt: "libopenblas-dev liblapacke-dev"),
    library("CARPACK", "arpack", apt: "libarpack2-dev"),
    library("CYAML", "yaml-0.1", apt: "libyaml-dev"),
    library("CCrypto", "libcrypto", apt: "libssl-dev"),
    library("CCairo", "cairo", apt: "libcairo2-dev"),
    library("CExpat", "expat", apt: "libexpat1-dev"),
    library("CZip", "libzip", apt: "libzip-dev"),
    .systemLibrary(name: "CProcessor", path: "Sources/CProcessor"),
    .target(
      name: "CBoost", path: "Sources/CBoost", cxxSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CGuard", path: "Sources/CGuard"),
    .target(name: "CLaunch", path: "Sources/CLaunch"),
    .target(name: "CKissFFT", path: "Sources/CKissFFT", cxxSettings: [.unsafeFlags(["-O2"])]),
    .target(
      name: "CSLEEF", path: "Sources/CSLEEF", cSettings: vectorisedC,
      linkerSettings: [.linkedLibrary("sleef")]),

    room("EngramMath", ["CLAPACK", "CARPACK", "CBoost", "CKissFFT", "CSLEEF"], vectorised),
    room("EngramKit", ["EngramMath"]),
    room("EngramPlugins", ["EngramKit"], path: "Plugins", exclude: pluginNotes, vectorised),
    room("EngramData", ["EngramKit", "CHDF5", "CCrypto", "CGuard"]),
    room("EngramFormats", ["EngramKit", "EngramData", "CExpat", "CZip"]),
    room("EngramHost", ["EngramKit", "EngramData", "CLaunch"]),
    room("EngramRun", ["EngramKit", "EngramData", "EngramFormats", "EngramHost", "CYAML"]),
    room("EngramReport", ["EngramKit", "EngramData", "CCairo"]),
    .executableTarget(
      name: "engram",
      dependencies: [
        "EngramKit", "EngramData", "EngramFormats", "EngramHost", "EngramRun", "EngramReport",
        "EngramPlugins", "CProcessor",
      ],
      path: "Sources/engram",
      linkerSettings: [.unsafeFlags(exportSymbols + findRuntime)]),

    .executableTarget(
      name: "make-datasets", dependencies: ["EngramKit", "EngramData"], path: "datasets/make",
      exclude: ["all", "balanced-network.py"]),

    .executableTarget(name: "bench-native", dependencies: ["EngramMath"], path: "bench/native"),

    tests("MathTests", ["EngramMath"]),
    tests("KitTests", ["EngramKit"]),
    tests("DataTests", ["EngramData", "EngramKit"]),
    tests("FormatsTests", ["EngramFormats", "EngramData", "EngramKit"]),
    tests("RunTests", ["EngramRun", "EngramData", "EngramKit", "EngramPlugins"], exclude: ["Golden"]),
    tests("ReportTests", ["EngramReport", "EngramData", "EngramKit"]),
    tests(
      "PluginTests", ["EngramPlugins", "EngramKit", "EngramMath", "EngramHost", "EngramRun", "EngramData"]),
    tests(
      "CommandTests", ["EngramData", "EngramFormats", "EngramHost", "EngramKit", "EngramPlugins"],
      exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
