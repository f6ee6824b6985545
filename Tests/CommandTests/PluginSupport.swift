import EngramKit
import Foundation
import Synchronization
import Testing

/// The shipped examples of plugins.
enum Examples {
  static let root = Engram.root.appendingPathComponent("docs/examples")

  /// Copies an example into a folder, where it may be built.
  static func copy(_ path: String, to folder: Folder, as name: String? = nil) throws -> String {
    let source = root.appendingPathComponent(path)
    let target = folder.path(name ?? source.lastPathComponent)
    try copy(source.path, to: target)
    return target
  }

  private static func copy(_ source: String, to target: String) throws {
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    for file in try FileManager.default.contentsOfDirectory(atPath: source)
    where !file.contains(".engram.") && file != "__pycache__" {
      try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: "\(target)/\(file)")
    }
  }

  /// Copies an example that is built; the tests share one build of each.
  static func copyBuilt(_ path: String, to folder: Folder) throws -> String {
    let built = try Built.plugin(path) { try copy(root.appendingPathComponent(path).path, to: $0) }
    let target = folder.path(lastPart(path))
    try FileManager.default.copyItem(atPath: built, toPath: target)
    return target
  }

  /// Whether Python with h5py is there; `make test` needs neither.
  static let hasPython: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import h5py, numpy"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Why the tests of Python examples do not run.
  static let withoutPython: Comment = "needs python3 with h5py (Debian: python3-h5py)"
}

/// Plugins that are built once for all tests, in a folder that goes when the tests end.
enum Built {
  private static let folder: String = {
    atexit { do { try FileManager.default.removeItem(atPath: Built.folder) } catch {} }
    return FileManager.default.temporaryDirectory.appendingPathComponent("engram-test-\(UUID().uuidString)")
      .path
  }()
  private static let known = Mutex<Set<String>>([])

  /// The folder of the plugin `path`, which `make` fills with what is built.
  static func plugin(_ path: String, _ make: (String) throws -> Void) throws -> String {
    let place = "\(folder)/\(path)"
    try known.withLock { known in
      guard !known.contains(path) else { return }
      try make(place)
      let outcome = try Engram.run(["plugin", "build", place], limit: 180)
      try #require(outcome.status == 0, "\(outcome.messages)")
      known.insert(path)
    }
    return place
  }
}

private func lastPart(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

/// A program that does what a parameter says, well or badly, in C; it is built once.
enum Misbehaving {
  static let manifest: JSON = [
    "name": "misbehaving", "kind": "analysis", "summary": "Does what it is told.", "reference": "None",
    "command": ["program"], "build": ["sh", "build.sh"], "limits": ["seconds": .integer(3)],
    "parameters": [
      [
        "name": "mode", "kind": "choice", "default": "well", "summary": "What it does.",
        "choices": [
          "well", "crash", "leave", "hang", "flood", "chatter", "elsewhere", "nan", "shape", "unit",
          "undeclared",
          "nothing", "memory",
        ],
      ]
    ],
    "writes": [["name": "value", "axes": ["2"], "unit": "ms", "summary": "Two numbers."]],
  ]

  static let program = """
    #include <hdf5.h>
    #include <math.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <unistd.h>

    static void put(hid_t file, const char *name, const char *unit, double first, hsize_t count) {
      double values[3] = {first, 2, 3};
      hid_t space = H5Screate_simple(1, &count, NULL);
      hid_t data = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
      hid_t type = H5Tcopy(H5T_C_S1);
      H5Tset_size(type, strlen(unit));
      hid_t attribute = H5Acreate2(data, "units", type, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
      H5Awrite(attribute, type, unit);
    }

    int main(void) {
      static char line[65536];
      if (!fgets(line, sizeof line, stdin)) return 1;
      char *mode = strstr(line, "\\"mode\\": \\"");
      if (!mode) return 2;
      mode += 9;
      mode[strcspn(mode, "\\"")] = 0;
      fprintf(stderr, "told to do %s\\n", mode);
      if (!strcmp(mode, "crash")) raise(SIGSEGV);
      if (!strcmp(mode, "leave")) return 7;
      if (!strcmp(mode, "hang")) return system("sleep 31737.25");
      while (!strcmp(mode, "flood")) puts("{\\"progress\\": 0.5}");
      if (!strcmp(mode, "chatter")) puts("now it begins");
      if (!strcmp(mode, "memory")) {
        char *all = malloc((size_t)1 << 40);
        if (!all) return fprintf(stderr, "no memory\\n"), 9;
      }
      if (!strcmp(mode, "elsewhere")) {
        char other[4096];
        snprintf(other, sizeof other, "%s/left-behind", getenv("OTHER_FOLDER"));
        FILE *file = fopen(other, "w");
        if (!file) return perror("cannot write to another's folder"), 8;
      }
      hid_t file = H5Fcreate("outputs.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      double first = !strcmp(mode, "nan") ? NAN : 1;
      if (strcmp(mode, "nothing")) {
        put(file, "value", !strcmp(mode, "unit") ? "mV" : "ms", first, !strcmp(mode, "shape") ? 3 : 2);
      }
      if (!strcmp(mode, "undeclared")) put(file, "more", "1", 1, 1);
      H5Fclose(file);
      puts("{\\"done\\": true}");
      return 0;
    }
    """

  /// Copies it, built, to `misbehaving` in `folder`.
  ///
  /// - Parameter seconds: Its limit of time.
  static func copy(to folder: Folder, seconds: Int = 3) throws {
    let built = try Built.plugin("misbehaving") { place in
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try manifest.indented.write(toFile: place + "/manifest.json", atomically: true, encoding: .utf8)
      try program.write(toFile: place + "/program.c", atomically: true, encoding: .utf8)
      try """
      flags=$(pkg-config --cflags --libs hdf5-serial 2>/dev/null || pkg-config --cflags --libs hdf5)
      cc -O1 -o program program.c $flags
      """.write(toFile: place + "/build.sh", atomically: true, encoding: .utf8)
    }
    try FileManager.default.copyItem(atPath: built, toPath: folder.path("misbehaving"))
    guard case .object(var fields) = manifest else { return }
    fields["limits"] = ["seconds": .integer(seconds)]
    try folder.write(JSON.object(fields).indented, to: "misbehaving/manifest.json")
  }
}
