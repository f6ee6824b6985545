/// A script for bash, made from the same table that parses: `source <(engram --completion bash)`.
func bashCompletion() -> String {
  let valued = verbs.map { verb in
    "    \(verb.name)) valued=' \(verb.options.filter { $0.value != nil }.map { "--" + $0.name }.joined(separator: " ")) ' ;;"
  }
  let options = verbs.map { verb in
    "      \(verb.name)) offered='\((verb.options + [.help]).map { "--" + $0.name }.joined(separator: " "))' ;;"
  }
  let first = (verbs.map(\.name) + toolOptions.map { "--" + $0.name }).joined(separator: " ")
  return """
    # bash completion of engram, made by `engram --completion bash`.
    _engram() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
      local valued='' offered='' position=0 i
      COMPREPLY=()
      if (( COMP_CWORD == 1 )); then
        mapfile -t COMPREPLY < <(compgen -W '\(first)' -- "$word")
        return
      fi
      # bash splits --option=value into three words.
      if [[ $word == = ]]; then word=''; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
      case $verb:$before in
    \(verbs.flatMap(optionValues).joined(separator: "\n"))
        --completion:*) mapfile -t COMPREPLY < <(compgen -W 'bash zsh' -- "$word"); return ;;
      esac
      if [[ $word == -* ]]; then
        case $verb in
    \(options.joined(separator: "\n"))
        esac
        mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word")
        return
      fi
      case $verb in
    \(valued.joined(separator: "\n"))
      esac
      for (( i = 2; i < COMP_CWORD; i++ )); do
        [[ ${COMP_WORDS[i]} == -* || ${COMP_WORDS[i]} == = || ${COMP_WORDS[i-1]} == = ]] && continue
        [[ $valued == *" ${COMP_WORDS[i-1]} "* ]] || (( position++ ))
      done
      case $verb:$position in
    \(verbs.flatMap(positions).joined(separator: "\n"))
      esac
    }
    complete -o filenames -F _engram engram
    """
}

/// One line of a `case` for each option whose value can be completed.
private func optionValues(of verb: Command) -> [String] {
  verb.options.compactMap { option in
    guard option.value != nil, let words = offers(option.completes) else { return nil }
    return "    \(verb.name):--\(option.name)) mapfile -t COMPREPLY < <(\(words)); return ;;"
  }
}

/// One line of a `case` for each argument that can be completed.
private func positions(of verb: Command) -> [String] {
  verb.arguments.enumerated().compactMap { position, argument in
    guard let words = offers(argument.completes) else { return nil }
    let pattern = [.many, .any].contains(argument.count) ? "*" : "\(position)"
    return "    \(verb.name):\(pattern)) mapfile -t COMPREPLY < <(\(words)) ;;"
  }
}

/// The command that prints what bash may offer.
private func offers(_ completion: Command.Completion) -> String? {
  switch completion {
  case .nothing: nil
  case .files: "compgen -f -- \"$word\""
  case .folders: "compgen -d -- \"$word\""
  case .words(let words): "compgen -W '\(words.joined(separator: " "))' -- \"$word\""
  case .plugins(let further):
    "compgen -W \"$(\"${COMP_WORDS[0]}\" list --names \(further) 2>/dev/null)\" -- \"$word\""
  }
}
