import EngramKit
import EngramRun
import Glibc

/// One line on a terminal that says how far the work is; nothing where standard error is no terminal.
final class ProgressLine {
  private let console: Console
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var drawn: ContinuousClock.Instant?
  /// Share of the work that was done before this call.
  private var before: Double?

  init(_ console: Console) {
    self.console = console
    start = clock.now
  }

  /// Draws the line, at most ten times a second.
  func show(_ progress: Progress) {
    guard console.moves else { return }
    let now = clock.now
    if let drawn, now - drawn < .milliseconds(100), progress.finished < progress.total { return }
    drawn = now
    let before = before ?? progress.fraction
    self.before = before
    console.draw(cut(line(progress, seconds: seconds(now - start), since: before)))
  }

  /// Takes the line away, so that what follows stands alone.
  func end() { if drawn != nil { console.draw("") } }

  /// Time since the work began, in words.
  var elapsed: String { timeWords(seconds(clock.now - start)) }

  private func line(_ progress: Progress, seconds: Double, since before: Double) -> String {
    let total = "\(progress.total)"
    let count = "\(progress.finished)"
    let space = String(repeating: " ", count: total.count - count.count)
    var parts = ["[\(space)\(count)/\(total)]", "\(Int(progress.fraction * 100)) %"]
    if progress.totalBytes > 0 {
      parts.append("\(byteWords(progress.bytesDone)) read")
      if seconds > 1 { parts.append("\(byteWords(Int(Double(progress.bytesDone) / seconds)))/s") }
    }
    if progress.failed > 0 { parts.append("\(progress.failed) failed") }
    let share = progress.fraction - before
    // The first seconds say little about the rest.
    if share > 0, seconds > 2, progress.fraction < 1 {
      parts.append("about \(timeWords(seconds * (1 - progress.fraction) / share)) left")
    }
    if let now = progress.active.first {
      parts.append(now.name + (now.doing.isEmpty ? "" : ": " + now.doing))
    }
    if progress.active.count > 1 { parts.append("and \(progress.active.count - 1) more") }
    return parts.joined(separator: "  ")
  }

  /// As much of `line` as one row of the terminal holds: a longer one could not be drawn over.
  private func cut(_ line: String) -> String {
    var size = winsize()
    let width = ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    return String(line.prefix(width - 1))
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

/// A stretch of time as one would say it: `0.4 s`, `12 min 4 s`, `3 h 20 min`.
func timeWords(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  switch whole {
  case ..<10: return "\(shortest((seconds * 10).rounded() / 10)) s"
  case ..<60: return "\(whole) s"
  case ..<3600: return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s")
  default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
