"""SONATA spikes to NWB with pynwb. Usage: nwb_pynwb.py WAY SPIKES.h5 OUT.nwb [UNITS]

WAY is `columns` (whole columns at once, the fastest that pynwb offers) or `add-unit` (one call a unit, as its tutorials
do); UNITS limits the units, for a way that takes hours."""

import sys
from datetime import datetime, timezone

import h5py
import numpy as np
from hdmf.common import VectorData, VectorIndex
from pynwb import NWBHDF5IO, NWBFile
from pynwb.misc import Units


def main(way: str, source: str, output: str, units: int | None) -> None:
    with h5py.File(source) as file:
        (group,) = file["spikes"].values()
        times, ids = group["timestamps"][()] / 1000, group["node_ids"][()]
        count = int(group.attrs.get("n_nodes", ids.max() + 1))
        window = group.attrs["t_start"] / 1000, group.attrs["t_stop"] / 1000
    order = np.lexsort((times, ids))
    times, ends = times[order], np.cumsum(np.bincount(ids.astype(np.int64), minlength=count))
    nwb = NWBFile("bench", "bench", datetime(1970, 1, 1, tzinfo=timezone.utc))
    if way == "columns":
        data = VectorData(name="spike_times", description="s", data=times)
        columns = [data, VectorIndex(name="spike_times_index", data=ends, target=data)]
        nwb.units = Units(name="units", description="units", id=np.arange(count), columns=columns)
    else:
        first = 0
        for unit in range(min(count, units or count)):
            nwb.add_unit(spike_times=times[first : ends[unit]], obs_intervals=[window], id=unit)
            first = ends[unit]
    with NWBHDF5IO(output, "w") as io:
        io.write(nwb)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else None)
