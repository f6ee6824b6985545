internal import CGuard

/// Keeps tens of megabytes of freed memory for the rest of the process instead of handing each piece back.
///
/// Blocks are read and written in arrays of half a megabyte, again and again: memory handed back to the system and
/// faulted in anew for each of them took a fifth of a conversion's time.
public func keepFreedMemory() { engram_keep_freed_memory() }
