import Foundation
import Testing

@Suite("output")
struct OutputTests {
  @Test("has colour on a terminal only, and not with NO_COLOR or a dumb one")
  func colour() throws {
    let escape = "\u{1B}["
    #expect(try !Engram.run(["list"]).output.contains(escape))
    func onTerminal(_ environment: [String: String]) throws -> String {
      let line = "script -qec \"\(Engram.binary.path) list\" /dev/null"
      return try Engram.shell(line, environment: environment).output
    }
    #expect(try onTerminal(["TERM": "xterm", "NO_COLOR": ""]).contains(escape))
    #expect(try !onTerminal(["TERM": "xterm", "NO_COLOR": "1"]).contains(escape))
    #expect(try !onTerminal(["TERM": "dumb", "NO_COLOR": ""]).contains(escape))
  }

  @Test("into a pipe whose reader left is no error")
  func pipe() throws {
    let outcome = try Engram.shell("set -o pipefail; engram list --json | head -c 1")
    #expect(outcome.status == 0)
    #expect(outcome.output == "[")
    #expect(outcome.messages.isEmpty)
  }

  @Test("onto a full disk is an error")
  func fullDisk() throws {
    let outcome = try Engram.shell("engram list > /dev/full")
    #expect(outcome.status == 1)
    #expect(outcome.messages.contains("No space left on device"))
  }
}

@Suite("completion scripts")
struct CompletionTests {
  @Test("are understood by their shell", arguments: ["bash", "zsh"])
  func syntax(shell: String) throws {
    guard FileManager.default.isExecutableFile(atPath: "/bin/\(shell)") else {
      print("skipped: /bin/\(shell) is not installed")
      return
    }
    let outcome = try Engram.shell("engram --completion \(shell) | \(shell) -n")
    #expect(outcome.status == 0)
    #expect(outcome.messages.isEmpty)
  }

  static let words: [(line: [String], offers: [String])] = [
    (["de"], ["describe"]),
    (["list", "--ki"], ["--kind"]),
    (["list", "--kind", "mo"], ["model"]),
    (["list", "--kind", "=", "ru"], ["rule"]),
    (["describe", "hebb"], ["hebb-outer-product"]),
    (["describe", "hebb-outer-product", "hebb"], []),
    (["inspect", "Package.sw"], ["Package.swift"]),
    (["inspect", "--against", "Package.swift", "LICEN"], ["LICENSE"]),
    (["--completion", "z"], ["zsh"]),
  ]

  @Test("offer in bash what can follow", arguments: words)
  func bash(line: [String], offers: [String]) throws {
    let typed = (["engram"] + line).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Engram.shell(
      """
      source <(engram --completion bash)
      COMP_WORDS=(\(typed)); COMP_CWORD=\(line.count)
      _engram
      printf '%s\\n' "${COMPREPLY[@]}"
      """)
    #expect(outcome.output.split(separator: "\n").map(String.init) == offers)
  }
}
