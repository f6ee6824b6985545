import Glibc

exit(engram(CommandLine.arguments).rawValue)
