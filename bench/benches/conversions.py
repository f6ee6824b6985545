"""`engram convert`: spikes to NWB, a sparse archive to SONATA, and plain copying."""

import os

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


def copy() -> list[str]:
    theirs = peer("copy_h5py.py", SPIKES, f"{OUTPUT}/peer.h5")
    return table("`convert`: spikes that stay as they are",
                 "Reading, writing and hashing 160 MB each. Asked: at least 70 % of the throughput of h5py reading and "
                 "writing the same arrays in large blocks.",
                 alternate({"engram": convert(SPIKES, "engram"), "h5py": theirs}, rounds=3))


BENCHES = {"convert-spikes": spikes, "convert-matrix": matrix, "convert-copy": copy}
