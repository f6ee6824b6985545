import EngramKit

/// Every built-in plugin: one line each, sorted by folder.
public let catalogue: [Entry] = [
  Entry(MotifStatistics.self),
  Entry(HopfieldBinary.self),
  Entry(StoredTrials.self),
  Entry(HebbOuterProduct.self),
]
