/// A script for zsh, made from the same table that parses; it belongs in a file `_engram` on the `fpath`.
func zshCompletion() -> String {
  let named = verbs.map { "    \(quoted("\($0.name):\($0.summary)"))" }
  return """
    #compdef engram
    # zsh completion of engram, made by `engram --completion zsh`.
    _engram_plugins() {
      compadd -- ${(f)"$(engram list --names "$@" 2>/dev/null)"}
    }
    _engram() {
      local -a verbs
      verbs=(
    \(named.joined(separator: "\n"))
      )
      if (( CURRENT == 2 )); then
        _describe -t verbs verb verbs
        compadd -- \(toolOptions.map { "--" + $0.name }.joined(separator: " "))
        return
      fi
      local verb=$words[2]
      shift words
      (( CURRENT-- ))
      case $verb in
    \(verbs.map(specification).joined(separator: "\n"))
        --completion) compadd -- bash zsh ;;
      esac
    }
    _engram "$@"
    """
}

private func specification(of verb: Command) -> String {
  let options = (verb.options + [.help]).map { option in
    let star = option.repeats ? "*" : ""
    let about = "[" + option.summary.replacing("[", with: "\\[").replacing("]", with: "\\]") + "]"
    guard let value = option.value else { return quoted("\(star)--\(option.name)\(about)") }
    return quoted(
      "\(star)--\(option.name)=\(about):\(value.replacing(":", with: "\\:")):\(action(option.completes))")
  }
  let arguments = verb.arguments.enumerated().map { position, argument in
    let place = [.many, .any].contains(argument.count) ? "*" : "\(position + 1)"
    return quoted("\(place):\(argument.name):\(action(argument.completes))")
  }
  let all = (options + arguments).joined(separator: " \\\n        ")
  return "    \(verb.name)) _arguments \\\n        \(all) ;;"
}

private func action(_ completion: Command.Completion) -> String {
  switch completion {
  case .nothing: ""
  case .files: "_files"
  case .folders: "_files -/"
  case .words(let words): "(\(words.joined(separator: " ")))"
  case .plugins(let further): further.isEmpty ? "_engram_plugins" : "_engram_plugins \(further)"
  }
}

private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
