"""Makes the large inputs of the benches, in Engram's layout, once: circuit.h5 and spikes.h5.

circuit.h5  100,000 neurons, 10 million connections. Ten communities of 10,000 neurons; each neuron has exactly
            100 inputs, all from its own community and none from itself, with normal weights whose mean gives
            community c the eigenvalue 1.5 + c/10: ten planted outliers beyond a bulk of radius about 0.56.
            Every fifth neuron is labelled inhibitory.
spikes.h5   10,000 units, 10 million spikes in 100 s: log-normal rates, gamma intervals (CV 0.7).
by_time.h5  the same spikes ordered by time, as simulators write them.
csr.npz     100,000 neurons, 10 million connections at random, rows presynaptic, stored by SciPy without compression.
small.npz   the same of 2,000 neurons and a million connections, for a peer that visits every pair of neurons.
"""

import sys
from pathlib import Path

import h5py
import numpy as np
from scipy import sparse

NEURONS, INPUTS, COMMUNITIES = 100_000, 100, 10
UNITS, SPIKES, DURATION = 10_000, 10_000_000, 100_000.0


def outliers() -> np.ndarray:
    """The eigenvalues planted in circuit.h5, up to the fluctuation of its weights."""
    return 1.5 + 0.1 * np.arange(COMMUNITIES)


def root(path: Path, title: str) -> h5py.File:
    file = h5py.File(path, "w", libver=("earliest", "v110"))
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], np.uint32)
    engram = file.create_group("engram")
    attributes = {"schema": "engram", "schema_version": "1.0.0", "conventions": "SONATA-0.1", "title": title,
                  "creator": "bench/inputs.py", "uuid": "00000000-0000-5000-8000-000000000000"}
    for name, value in attributes.items():
        engram.attrs[name] = value
    return file


def nodes(file: h5py.File, name: str, count: int) -> None:
    group = file.create_group(f"nodes/{name}")
    group["node_id"] = np.arange(count, dtype=np.uint64)
    group["node_type_id"] = np.full(count, -1, np.int64)
    group["node_group_id"] = np.zeros(count, np.uint32)
    group["node_group_index"] = np.arange(count, dtype=np.uint64)
    group["0/cell_type"] = (np.arange(count) % 5 == 4).astype(np.uint32)
    group["0/@library/cell_type"] = np.array(["exc", "inh"], dtype=h5py.string_dtype())


def index(group: h5py.Group, ids: np.ndarray, count: int) -> None:
    """SONATA's two-step index: ranges of runs by node, runs of edges by node id."""
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    runs = np.c_[starts, np.r_[starts[1:], len(ids)]]
    order = np.argsort(ids[starts], kind="stable")
    bounds = np.searchsorted(ids[starts][order], np.arange(count + 1))
    group["range_to_edge_id"] = runs[order].astype(np.uint64)
    group["node_id_to_range"] = np.c_[bounds[:-1], bounds[1:]].astype(np.uint64)
    group["node_id_to_ranges"] = group["node_id_to_range"]


def circuit(path: Path) -> None:
    random = np.random.default_rng(1)
    size = NEURONS // COMMUNITIES
    stratum = size // INPUTS
    target = np.repeat(np.arange(NEURONS), INPUTS)
    # One input from each of 100 strata of the community: distinct and ascending without a search.
    first = target // size * size + np.tile(np.arange(INPUTS) * stratum, NEURONS)
    source = first + random.integers(0, stratum, len(target))
    itself = source == target
    source[itself] = first[itself] + (source[itself] - first[itself] + 1) % stratum
    mean = outliers()[target // size] / INPUTS
    weight = random.normal(mean, 0.05).astype(np.float32)
    with root(path, "ten communities") as file:
        nodes(file, "cortex", NEURONS)
        edges = file.create_group("edges/cortex__cortex__chemical")
        for name, ids in [("source_node_id", source), ("target_node_id", target)]:
            edges[name] = ids.astype(np.uint64)
            edges[name].attrs["node_population"] = "cortex"
        edges["edge_type_id"] = np.full(len(target), -1, np.int64)
        edges["edge_group_id"] = np.zeros(len(target), np.uint32)
        edges["edge_group_index"] = np.arange(len(target), dtype=np.uint64)
        edges["0/syn_weight"] = weight
        edges["0/syn_weight"].attrs["units"] = "1"
        index(edges.create_group("indices/source_to_target"), source, NEURONS)
        index(edges.create_group("indices/target_to_source"), target, NEURONS)


def spikes(path: Path) -> None:
    random = np.random.default_rng(2)
    share = random.lognormal(0.0, 0.7, UNITS)
    counts = np.maximum(1, np.floor(share / share.sum() * SPIKES)).astype(np.int64)
    counts[: SPIKES - counts.sum()] += 1
    pointers = np.r_[0, np.cumsum(counts)]
    times = np.empty(SPIKES)
    for unit, count in enumerate(counts):
        intervals = random.gamma(2.0, size=count + 1)
        times[pointers[unit] : pointers[unit + 1]] = np.cumsum(intervals)[:-1] / intervals.sum() * DURATION
    with root(path, "ten thousand units") as file:
        nodes(file, "cortex", UNITS)
        group = file.create_group("spikes/cortex")
        sorting = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="u1")
        group.attrs.create("sorting", 1, dtype=sorting)
        group.attrs["t_start"], group.attrs["t_stop"] = 0.0, DURATION
        group.attrs["node_population"], group.attrs["n_nodes"] = "cortex", np.uint64(UNITS)
        group["timestamps"] = times
        group["timestamps"].attrs["units"] = "ms"
        group["node_ids"] = np.repeat(np.arange(UNITS, dtype=np.uint64), counts)
        group["index_pointers"] = pointers.astype(np.uint64)


def by_time(path: Path) -> None:
    with h5py.File(path.parent / "spikes.h5") as source, root(path, "ten thousand units") as file:
        spikes = source["spikes/cortex"]
        nodes(file, "cortex", UNITS)
        order = np.argsort(spikes["timestamps"][()], kind="stable")
        group = file.create_group("spikes/cortex")
        for name, value in spikes.attrs.items():
            group.attrs[name] = value
        sorting = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="u1")
        group.attrs.create("sorting", 2, dtype=sorting)
        for name in ["timestamps", "node_ids"]:
            group[name] = spikes[name][()][order]
        group["timestamps"].attrs["units"] = "ms"


def csr(path: Path, neurons: int = NEURONS, inputs: int = INPUTS) -> None:
    random = np.random.default_rng(3)
    pairs = np.unique(random.integers(0, neurons * neurons, neurons * inputs))
    weight = random.normal(size=len(pairs))
    matrix = sparse.csr_array((weight, (pairs // neurons, pairs % neurons)), shape=(neurons, neurons))
    with open(path, "wb") as file:
        sparse.save_npz(file, matrix, compressed=False)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in [
        ("circuit.h5", circuit), ("spikes.h5", spikes), ("by_time.h5", by_time), ("csr.npz", csr),
        ("small.npz", lambda path: csr(path, neurons=2000, inputs=570)),
    ]:
        if not (folder / name).exists():
            print(f"making {folder / name}", flush=True)
            make(folder / (name + ".partial"))
            (folder / (name + ".partial")).rename(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
