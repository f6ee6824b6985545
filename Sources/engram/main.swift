import EngramData
import Glibc

DamageGuard.install(exitStatus: ExitStatus.failed.rawValue)
exit(engram(CommandLine.arguments).rawValue)
