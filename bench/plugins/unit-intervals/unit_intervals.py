"""Local variation and interval histogram of each unit: as a plugin, or alone with `unit_intervals.py IN.h5 OUT.h5`."""

import sys

import h5py
import numpy as np

EDGES = np.logspace(-1, 4, 51)


def measure(train):
    intervals = np.diff(train)
    neighbours = intervals[1:] + intervals[:-1]
    lv = 3 * np.mean(((intervals[1:] - intervals[:-1]) / neighbours) ** 2) if len(neighbours) else np.nan
    return lv, np.histogram(intervals, EDGES)[0]


def both(trains):
    measured = [measure(train) for train in trains]
    return np.array([lv for lv, _ in measured]), np.array([counts for _, counts in measured])


def alone(source, target):
    with h5py.File(source) as file:
        spikes = file["spikes/cortex"]
        times, bounds = spikes["timestamps"][()], spikes["index_pointers"][()].astype(int)
    lv, counts = both([times[a:b] for a, b in zip(bounds[:-1], bounds[1:])])
    with h5py.File(target, "w") as file:
        file["lv"], file["counts"] = lv, counts


def analyse(inputs, outputs, parameters):
    lv, counts = both(inputs.spikes("spikes").trains)
    outputs.put("lv", lv)
    outputs.put("counts", counts)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        alone(*sys.argv[1:])
    else:
        import engram_plugin

        engram_plugin.run_analysis(analyse)
