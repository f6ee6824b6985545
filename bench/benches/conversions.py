"""`engram convert`: spikes to NWB, a sparse archive to SONATA, and plain copying."""

import os
import shutil
from pathlib import Path

import numpy as np
from inputs import nodes, root
from measure import RESULTS, Runs, alternate, once
from tools import ENGRAM, INPUTS, peer, table

OUTPUT = ".build/bench-output"
SPIKES, BY_TIME, CSR = f"{INPUTS}/spikes.h5", f"{INPUTS}/by_time.h5", f"{INPUTS}/csr.npz"


def convert(file: str, target: str, *options: str) -> list[str]:
    os.makedirs(OUTPUT, exist_ok=True)
    return [ENGRAM, "convert", file, "--to", target, "--out", RESULTS, *options]


def spikes() -> list[str]:
    nwb = f"{OUTPUT}/peer.nwb"
    ours = convert(BY_TIME, "nwb")
    columns = peer("nwb_pynwb.py", "columns", BY_TIME, nwb)
    seen = alternate({"engram": ours, "pynwb, whole columns": columns}, rounds=3)
    others = {"pynwb, add_unit": peer("nwb_pynwb.py", "add-unit", BY_TIME, nwb), "bmtk": peer("nwb_bmtk.py", BY_TIME, nwb)}
    for name, command in others.items():
        seen[name] = Runs()
        once(command, seen[name])
    return table("`convert`: 10 million spikes from SONATA to NWB",
                 "Ordered by time in the source, by unit in the result; windows and hashes of input and output included "
                 "in ours. Asked: at least 20 times faster than `add_unit` and bmtk (one round each), twice as fast as "
                 "whole columns.", seen)


def matrix() -> list[str]:
    ours = convert(CSR, "sonata", "--orientation", "pre-rows", "--weight-unit", "nS")
    theirs = peer("sonata_numpy.py", CSR, f"{OUTPUT}/peer.h5")
    return table("`convert`: a CSR archive of 10 million connections to SONATA with both indices",
                 "Rows are presynaptic, so all edges change their order. Asked: at least 3 times faster than h5py and "
                 "NumPy with argsort.", alternate({"engram": ours, "h5py and NumPy": theirs}, rounds=3))


def builder() -> list[str]:
    small = f"{INPUTS}/small.npz"
    ours = convert(small, "sonata", "--orientation", "pre-rows", "--weight-unit", "nS")
    seen = alternate({"engram": ours}, rounds=3)
    seen["bmtk"] = Runs()
    once(peer("sonata_bmtk.py", small, f"{OUTPUT}/peer-network"), seen["bmtk"])
    return table("`convert`: a CSR archive of a million connections to SONATA with both indices",
                 "2,000 neurons, because bmtk's builder visits every pair. Asked: at least 10 times faster than bmtk's "
                 "builder (one round).", seen)


def memory() -> list[str]:
    """Peak memory for edges of 1 GB and of 4 GB in no order, sorted under one budget; the files are removed again."""
    peaks, lines = [], []
    for gigabytes in [1, 4]:
        path = f"{OUTPUT}/edges-{gigabytes}.h5"
        unsorted(path, gigabytes * 10**9 // 24)
        runs = Runs()
        once(convert(path, "engram", "--memory", "512M"), runs)
        peaks.append(runs.megabytes)
        lines.append(f"| {os.path.getsize(path) / 1e9:.1f} GB | {runs.seconds:.1f} | {runs.megabytes:.0f} |")
        os.remove(path)
        shutil.rmtree(RESULTS)
    return ["## `convert`: memory does not grow with the file", "",
            "Connections in no order, sorted through a temporary file, `--memory 512M`. Asked: within 20 % of each other.",
            "", "| input | seconds | peak MB |", "|---|---|---|", *lines, "",
            f"Peak of the larger over that of the smaller: {peaks[1] / peaks[0]:.2f}.", ""]


def unsorted(path: str, count: int, neurons: int = 1_000_000) -> None:
    random = np.random.default_rng(4)
    with root(Path(path), "connections in no order") as file:
        nodes(file, "p", neurons)
        edges = file.create_group("edges/p__p__chemical")
        made = [edges.create_dataset(f"{end}_node_id", (count,), "u8") for end in ("source", "target")]
        for ids in made:
            ids.attrs["node_population"] = "p"
        weight = edges.create_dataset("0/syn_weight", (count,), "f8")
        weight.attrs["units"] = "nS"
        edges.create_dataset("edge_type_id", (count,), "i1", fillvalue=-1)
        for first in range(0, count, 1 << 22):
            size = min(1 << 22, count - first)
            for ids in made:
                ids[first : first + size] = random.integers(0, neurons, size)
            weight[first : first + size] = random.normal(size=size)


def copy() -> list[str]:
    theirs = peer("copy_h5py.py", SPIKES, f"{OUTPUT}/peer.h5")
    return table("`convert`: spikes that stay as they are",
                 "Reading, writing and hashing 160 MB each. Asked: at least 70 % of the throughput of h5py reading and "
                 "writing the same arrays in large blocks.",
                 alternate({"engram": convert(SPIKES, "engram"), "h5py": theirs}, rounds=3))


BENCHES = {"convert-spikes": spikes, "convert-matrix": matrix, "convert-copy": copy,
           "convert-builder": builder, "convert-memory": memory}
