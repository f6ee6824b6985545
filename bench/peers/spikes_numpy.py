"""Rate, mean interval, CV, CV2, LV and Fano factor of every unit with NumPy, on flat arrays without a loop over units.
Usage: spikes_numpy.py FILE WINDOW_MS; prints JSON: the mean over units of each, and how many units have it."""

import json
import sys

import h5py
import numpy as np


def statistics(path: str, window: float) -> dict[str, np.ndarray]:
    with h5py.File(path) as file:
        group = file["spikes/cortex"]
        times, pointers = group["timestamps"][:], group["index_pointers"][:].astype(np.int64)
        start, stop, units = group.attrs["t_start"], group.attrs["t_stop"], int(group.attrs["n_nodes"])
    counts = np.diff(pointers)
    intervals = np.diff(times)
    within = np.ones(len(intervals), bool)
    within[pointers[1:-1][(pointers[1:-1] > 0) & (pointers[1:-1] < len(times))] - 1] = False
    owner = np.repeat(np.arange(units), counts)[:-1]
    first = np.flatnonzero(within[:-1] & within[1:])  # intervals with a neighbour in the same unit
    before, after, neighbour = intervals[first], intervals[first + 1], owner[first]
    intervals, owner = intervals[within], owner[within]

    number = np.bincount(owner, minlength=units)
    mean = np.bincount(owner, intervals, units) / number
    variance = np.bincount(owner, (intervals - mean[owner]) ** 2, units) / number
    pairs = np.bincount(neighbour, minlength=units)
    ratio = np.abs(after - before) / (after + before)
    bins = int(np.floor((stop - start) / window))
    cell = np.floor((times - start) / window).astype(np.int64)
    unit = np.repeat(np.arange(units), counts)
    kept = cell < bins
    binned = np.bincount(unit[kept] * bins + cell[kept], minlength=units * bins).reshape(units, bins)
    return {
        "rate": counts / (stop - start) * 1000,
        "interval": mean,
        "cv": np.sqrt(variance) / mean,
        "cv2": np.bincount(neighbour, 2 * ratio, units) / pairs,
        "lv": np.bincount(neighbour, 3 * ratio**2, units) / pairs,
        "fano": binned.var(1) / binned.mean(1),
    }


if __name__ == "__main__":
    result = statistics(sys.argv[1], float(sys.argv[2]))
    print(json.dumps({name: float(np.nanmean(value)) for name, value in result.items()}))
