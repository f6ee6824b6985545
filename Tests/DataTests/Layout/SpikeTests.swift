import EngramData
import EngramKit
import Foundation
import Testing

@Suite("Spikes in files") struct SpikeTests {
  @Test("come back as they were written, silent neurons included") func roundTrip() throws {
    let scratch = try Scratch()
    try Six.write(scratch.file("six.h5"))
    let source = try LayoutSource([Reads.spikes], in: try EngramFile(reading: scratch.file("six.h5")))
    #expect(try source.spikes("spikes") == Six.trains)
    #expect(source.notes.isEmpty)
    let stored = try EngramFile(reading: scratch.file("six.h5")).spikes("cortex")
    #expect(stored.sorting == .byID)
    #expect(try stored.group.dataset("index_pointers").read(Int.self) == Six.trains.offsets)
  }

  @Test("blocks of whole units put together are all spikes", arguments: [1, 2, 3, 100]) func blocks(size: Int)
    throws
  {
    let scratch = try Scratch()
    try Six.write(scratch.file("six.h5"))
    let source = try LayoutSource([Reads.spikes], in: try EngramFile(reading: scratch.file("six.h5")))
    var joined = SpikeTrains(times: [], offsets: [0], ids: [], start: 0, stop: 10)
    try source.spikeBlocks("spikes", of: size) { block in
      #expect(block.start == 0 && block.stop == 10)
      joined.ids += block.ids
      joined.offsets += block.offsets.dropFirst().map { $0 + joined.times.count }
      joined.times += block.times
    }
    #expect(joined == Six.trains)
  }

  /// A file by others: ids and times in seconds, no window, a claim about sorting.
  private func foreign(_ path: String, _ times: [Double], _ ids: [UInt64], units: String?, sorting: String?)
    throws
  {
    try H5File.write(path) { file in
      let group = try file.root.createGroup("/spikes/p")
      if let sorting { try group.attributes.set("sorting", sorting) }
      let dataset = try group.write("timestamps", times)
      if let units { try dataset.attributes.set("units", units) }
      try group.write("node_ids", ids)
    }
  }

  @Test("a lie about sorting is found out, seconds become ms, the assumed window is reported") func foreign()
    throws
  {
    let scratch = try Scratch()
    try foreign(scratch.file("f.h5"), [0.5, 0.25, 1.0, 0.125], [7, 3, 7, 3], units: "s", sorting: "by_id")
    let (trains, notes) = try EngramFile(reading: scratch.file("f.h5")).spikes("p").trains()
    #expect(trains.ids == [3, 7])
    #expect(trains.times == [125, 250, 500, 1000])
    #expect(trains.offsets == [0, 2, 4])
    #expect(trains.start == 0 && trains.stop == 1001)
    #expect(notes.contains { $0.contains("claims to be sorted by id") })
    #expect(notes.contains { $0.contains("[0, 1001) ms") })
  }

  @Test("a chosen window is half open and selects") func window() throws {
    let scratch = try Scratch()
    try foreign(scratch.file("f.h5"), [1, 2, 3, 4], [0, 0, 1, 1], units: "ms", sorting: nil)
    let options = ReadingOptions(window: 2..<4)
    let (trains, _) = try EngramFile(reading: scratch.file("f.h5"), options: options).spikes("p").trains(
      options)
    #expect(trains.times == [2, 3])
    #expect(trains.offsets == [0, 1, 2])
  }

  @Test("an unknown unit of time is refused; none at all is taken as ms, and said so") func units() throws {
    let scratch = try Scratch()
    try foreign(scratch.file("a.h5"), [1], [0], units: "fortnights", sorting: nil)
    #expect(throws: Problem.self) { try EngramFile(reading: scratch.file("a.h5")).spikes("p").trains() }
    try foreign(scratch.file("b.h5"), [1], [0], units: nil, sorting: nil)
    let notes = try EngramFile(reading: scratch.file("b.h5")).spikes("p").trains().notes
    #expect(notes.contains { $0.contains("taken as ms") })
  }

  @Test("NaN times and spikes beyond the stated window are refused") func refused() throws {
    let scratch = try Scratch()
    try foreign(scratch.file("a.h5"), [1, .nan], [0, 0], units: "ms", sorting: nil)
    #expect(throws: Problem.self) { try EngramFile(reading: scratch.file("a.h5")).spikes("p").trains() }
    let late = SpikeTrains(times: [10], offsets: [0, 1], ids: [0], start: 0, stop: 10)
    #expect(throws: Problem.self) {
      try EngramWriter.write(scratch.file("b.h5")) { try $0.spikes("p", late) }
    }
    #expect(try scratch.names == ["a.h5"])
  }

  @Test("neurons whose ids are no positions keep them, the silent ones too") func sparseIDs() throws {
    let scratch = try Scratch()
    let trains = SpikeTrains(times: [1, 2], offsets: [0, 1, 1, 2], ids: [900, 5, 33], start: -1, stop: 3)
    try EngramWriter.write(scratch.file("s.h5")) { try $0.spikes("units", trains) }
    let read = try EngramFile(reading: scratch.file("s.h5")).spikes("units").trains()
    #expect(read.trains == trains)
    #expect(read.notes.isEmpty)
  }
}
