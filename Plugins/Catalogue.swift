import EngramKit

/// Every built-in plugin: one line each, sorted by folder.
public let catalogue: [Entry] = [
  Entry(FiCurve.self),
  Entry(LifConductanceRate.self),
  Entry(MotifStatistics.self),
  Entry(RateTheoryCompare.self),
  Entry(HopfieldBinary.self),
  Entry(LifConductance.self),
  Entry(LifNetwork.self),
  Entry(StoredTrials.self),
  Entry(HebbOuterProduct.self),
]
