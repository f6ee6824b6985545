import EngramData
import EngramKit
import Foundation

/// Writes every dataset that is shipped, from the tables in one folder into another.
func makeAll(from tables: String, into folder: String) throws {
  try writeCircuit(
    "\(folder)/larva-mushroom-body.h5", try larvaMushroomBody(tables), population: "mushroom_body", tables)
  try writeCircuit(
    "\(folder)/c-elegans-white-1986.h5", try cElegans(tables), population: "c_elegans", tables)
  try writeReceptor("\(folder)/grasshopper-receptor.h5", tables)
  try writeDigits("\(folder)/digits.h5", tables)
  try writeNetwork("\(folder)/balanced-network.h5", tables)
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.count == 2, let tables = arguments.first, let folder = arguments.last {
  do {
    try makeAll(from: tables, into: folder)
  } catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
  }
} else {
  FileHandle.standardError.write(Data("usage: make-datasets TABLES FOLDER\n".utf8))
  exit(2)
}
