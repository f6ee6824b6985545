@_exported import EngramMath
