/// What a shell script learns of the work.
enum ExitStatus: Int32 {
  /// Done; warnings are allowed.
  case done = 0
  /// Failed, or something checked is wrong.
  case failed = 1
  /// The command line was misused; nothing was done.
  case misused = 2
  /// A batch in which some files failed.
  case partly = 3
}
