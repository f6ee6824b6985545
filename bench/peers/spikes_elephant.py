"""Rate, mean interval, CV, CV2, LV and Fano factor of every unit with Elephant, the way its documentation shows.
Usage: spikes_elephant.py FILE WINDOW_MS UNITS; prints JSON: the mean over the first UNITS units of each."""

import json
import sys
import warnings

import elephant.statistics as es
import h5py
import neo
import numpy as np
import quantities as pq
from elephant.conversion import BinnedSpikeTrain

if __name__ == "__main__":
    path, window, units = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    warnings.simplefilter("ignore")
    with h5py.File(path) as file:
        group = file["spikes/cortex"]
        times, pointers = group["timestamps"][:], group["index_pointers"][:].astype(np.int64)
        start, stop = group.attrs["t_start"], group.attrs["t_stop"]
    columns = {name: [] for name in ["rate", "interval", "cv", "cv2", "lv", "fano"]}
    for unit in range(units):
        train = neo.SpikeTrain(times[pointers[unit] : pointers[unit + 1]], units="ms", t_start=start, t_stop=stop)
        intervals = es.isi(train)
        columns["rate"].append(float(es.mean_firing_rate(train).rescale("Hz")))
        columns["interval"].append(float(np.mean(intervals)))
        columns["cv"].append(float(es.cv(intervals)))
        columns["cv2"].append(float(es.cv2(intervals, with_nan=True)))
        columns["lv"].append(float(es.lv(intervals, with_nan=True)))
        counts = BinnedSpikeTrain(train, bin_size=window * pq.ms).to_array()[0]
        columns["fano"].append(float(counts.var() / counts.mean()))
    print(json.dumps({name: float(np.nanmean(value)) for name, value in columns.items()}))
