"""Coefficient of variation of the intervals between spikes of each unit."""

import numpy as np

import engram_plugin


def cv(train, shortest=0.0):
    """Mean interval and CV of one train of times; NaN where there are fewer than two intervals."""
    intervals = np.diff(train)
    intervals = intervals[intervals >= shortest]
    if len(intervals) < 2:
        return np.nan, np.nan
    return intervals.mean(), intervals.std() / intervals.mean()


def analyse(inputs, outputs, parameters):
    trains = inputs.spikes("spikes").trains
    values = np.array([cv(train, parameters.shortest) for train in trains]).reshape(-1, 2)
    if np.isnan(values).any():
        engram_plugin.note("cv is NaN for units with fewer than two intervals")
    outputs.put("mean_interval", values[:, 0])
    outputs.put("cv", values[:, 1])


if __name__ == "__main__":
    engram_plugin.run_analysis(analyse)
