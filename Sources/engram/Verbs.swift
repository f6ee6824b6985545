import CProcessor
import EngramHost
import EngramKit

/// Every verb, in the order in which help shows them.
let verbs: [Command] = [
  .list, .describe, .inspect, .check, .analyze, .run, .reproduce, .convert, .report, .plugin,
]

/// Runs one command line, its first word the program's own name.
func engram(_ arguments: [String]) -> ExitStatus {
  let console = Console()
  do {
    guard engram_processor_fits() == 1 else {
      throw Problem(
        "this build of Engram needs a processor with AVX2 (Intel since 2013, AMD since 2015), which this one lacks",
        fix: "run it on another machine")
    }
    let status = try dispatch(arguments.dropFirst(), console)
    try console.flush()
    return status
  } catch let misuse as Misuse {
    return console.report([misuse.problem], .misused)
  } catch let problems as Problems {
    return console.report(problems.list, .failed)
  } catch let problem as Problem {
    return console.report([problem], .failed)
  } catch {
    return console.report([Problem("\(error)")], .failed)
  }
}

private func dispatch(_ arguments: ArraySlice<String>, _ console: Console) throws -> ExitStatus {
  guard let word = arguments.first else {
    try console.say(help())
    return .misused
  }
  let rest = arguments.dropFirst()
  if let verb = verbs.first(where: { $0.name == word }) {
    if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      try console.print(verb.help)
      return .done
    }
    let invocation = try Invocation(rest, of: verb)
    PluginFolders.name(invocation.values("plugins"))
    return try verb.run(invocation, console)
  }
  switch word {
  case "--help", "-h": try console.print(help())
  case "--version": try console.print("engram \(Engram.version)")
  case describeWord: try console.print(describeLibrary(rest.first ?? "").description)
  case workerWord: try work(plugins: Array(rest))
  case _ where word.hasPrefix("--completion"): try console.print(completion(arguments))
  default: throw unknown(word)
  }
  return .done
}

private func completion(_ arguments: ArraySlice<String>) throws(Misuse) -> String {
  switch arguments.joined(separator: "=") {
  case "--completion=bash": return bashCompletion()
  case "--completion=zsh": return zshCompletion()
  default: throw Misuse("'--completion' takes bash or zsh", fix: "write engram --completion bash")
  }
}

private func unknown(_ word: String) -> Misuse {
  let isOption = word.hasPrefix("-")
  let known = isOption ? toolOptions.map { "--" + $0.name } : verbs.map(\.name)
  let near = nearestName(to: word, among: known).map { "did you mean '\($0)'? " } ?? ""
  return Misuse(
    isOption ? "engram has no option '\(word)'" : "there is no verb '\(word)'",
    fix: near + "`engram --help` shows all")
}

extension Console {
  /// Says what went wrong, and gives back `status`.
  fileprivate func report(_ problems: [Problem], _ status: ExitStatus) -> ExitStatus {
    do {
      for problem in problems { try say(problem) }
      return status
    } catch {
      // Standard output is broken: that message goes to standard error and the gathered results are gone already.
      return report([error], .failed)
    }
  }
}
