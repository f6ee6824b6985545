import EngramData
import Glibc

keepFreedMemory()
// What looks at a file's structure alone needs little memory; a damaged file must not take all of the machine's.
let looksOnly = ["inspect", "check"].contains(CommandLine.arguments.dropFirst().first)
DamageGuard.install(
  exitStatus: ExitStatus.failed.rawValue, memory: looksOnly ? 4 << 30 : DamageGuard.physicalMemory)
if looksOnly { H5File.setMemoryLimit(1 << 30) }
exit(engram(CommandLine.arguments).rawValue)
