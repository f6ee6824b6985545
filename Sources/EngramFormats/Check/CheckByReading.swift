import EngramData
import EngramKit

/// Checks a file that has no finer rules than its reader's: everything in it is read once.
///
/// A fact that only an option can give, such as a unit of time, is no fault of the file.
func checkByReading(_ path: String, _ reader: any FormatReader, _ list: inout FindingList) {
  var options = ConversionOptions()
  (options.orientation, options.timeUnit, options.dt, options.idBase) = (.postRows, "ms", 1, 0)
  options.sampleRate = 1000
  do {
    let contents = try reader.contents(of: path, options)
    for edges in contents.edges { try edges.blocks { _ in } }
    for spikes in contents.spikes { try spikes.blocks { _ in } }
    for sentence in contents.dropped where sentence.contains("MAT002") {
      list.add(.opaqueObject, String(sentence.prefix { $0 != ":" }), sentence.replacing("MAT002 ", with: ""))
    }
  } catch {
    let known = problem(error, at: path)
    let object = known.place?.split(separator: "#", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    // Readers begin what has an id of its own with it.
    let word = known.what.prefix { $0 != " " }
    let id = FindingID(rawValue: String(word))
    let sentence = id == nil ? known.what : String(known.what.dropFirst(word.count + 1))
    list.add(id ?? FindingID(of: known), object, sentence)
  }
}
