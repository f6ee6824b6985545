"""Networks with set motifs: sampling, motif statistics, whole spectra; spiking neurons and networks."""

import json
import os

import h5py
from measure import RESULTS, Runs, alternate, once
from tools import ENGRAM, INPUTS, analyze, difference, native, peer, results, table

DENSE = f"{INPUTS}/dense/0000.h5"
MATRIX, TYPES = "engram/connectivity/network.connectivity", "engram/results/network/types"


def dense() -> None:
    if not os.path.exists(DENSE):
        once([ENGRAM, "run", "bench/dense-network.yaml", "--out", os.path.dirname(DENSE)], Runs())


def sampling() -> list[str]:
    seen = alternate(
        {
            "engram": [ENGRAM, "run", "bench/sampling.yaml", "--out", RESULTS],
            "NumPy": peer("sampling_numpy.py", "4000", "1.0", f"{INPUTS}/sampled.h5"),
        },
        rounds=5,
    )
    lines = table("Sampling `ei-motif-gaussian`: 4,000 neurons",
                  "One network of Gaussian weights with chains, written to HDF5 and forced to disk, against the leanest exact "
                  "construction in NumPy (`peers/sampling_numpy.py`: two latents a neuron, two normal numbers a pair); then "
                  "the sample alone, fastest of 15 in one process each. Asked of the sample: at most 1/3.", seen)
    ours, memory = native("sampling"), Runs()
    once(peer("sampling_numpy.py", "4000", "1.0"), memory)
    theirs = json.loads(memory.output)
    return lines + [
        f"The sample alone: Engram {1e3 * ours['seconds']:.0f} ms, NumPy {1e3 * theirs['seconds']:.0f} ms, ratio "
        f"{ours['seconds'] / theirs['seconds']:.3f}. Standard deviations: {ours['deviation']:.7f}, {theirs['deviation']:.7f}.",
        ""]


def dense_motifs() -> list[str]:
    dense()
    command = analyze("motif-statistics", DENSE)
    seen = alternate({"engram": command, "NumPy": peer("motifs_numpy.py", DENSE, MATRIX, TYPES)}, rounds=9)
    ours, theirs = results(command), json.loads(seen["NumPy"].output)
    names = {"mean": "mu", "variance": "var", "reciprocal": "rec", "chain": "chn", "convergent": "con", "divergent": "div"}
    worst = max(difference(ours[name], theirs[other]) for name, other in names.items())
    return table("`motif-statistics`: 2,000 neurons, dense",
                 "The same quantities of a dense matrix against NumPy with sums of rows and columns "
                 "(`peers/motifs_numpy.py`). Asked: at most 1/5.", seen,
                 f"Largest relative difference of the results: {worst:.1e}.")


def spectrum() -> list[str]:
    dense()
    command = analyze("dominant-eigenvalues", DENSE, method="dense")
    seen = alternate({"engram": command, "scipy.linalg.eigvals": peer("spectrum_scipy.py", DENSE, MATRIX)}, rounds=3)
    ours, theirs = results(command), json.loads(seen["scipy.linalg.eigvals"].output)
    worst = difference(ours["greatest_real_part"], theirs["greatest"])
    return table("The whole spectrum of 2,000 neurons", "All eigenvalues by LAPACK in both. Asked: no slower.", seen,
                 f"Relative difference of the greatest real part: {worst:.1e}.")


def in_memory() -> list[str]:
    """Motif statistics alone, once weights are read, beside one pass over them and beside the peers' own clocks."""
    dense()
    once([ENGRAM, "plugin", "build", "bench/plugins/motif-time"], Runs())
    lines = ["## `motif-statistics` in memory", "", "The statistics alone, once weights are read, fastest of many rounds in "
             "one process each (`plugins/motif-time`; the peers' own clocks). Asked: at most 1/5 of the peer, and dense at "
             "most twice one pass over the matrix.", "",
             "| | engram ms | peer ms | one pass ms | ours / peer | ours / pass |", "|---|---|---|---|---|---|"]
    circuit = f"{INPUTS}/circuit.h5"
    for title, file, script, rounds in [
            ("2,000 neurons, dense", DENSE, peer("motifs_numpy.py", DENSE, MATRIX, TYPES, "20"), "40"),
            ("100,000 neurons, 10 million connections", circuit, peer("motifs_scipy.py", circuit, "5"), "10")]:
        command = analyze("motif-time", file, rounds=rounds) + ["--plugins", "bench/plugins"]
        ours, runs = results(command), Runs()
        once(script, runs)
        theirs = 1000 * json.loads(runs.output)["seconds"]
        motif, one = 1000 * ours["motif_seconds"], 1000 * ours["pass_seconds"]
        lines.append(f"| {title} | {motif:.2f} | {theirs:.2f} | {one:.2f} | {motif / theirs:.3f} | {motif / one:.2f} |")
    return lines + [""]


BRIAN = ".build/brian-venv/bin/python"


def lif() -> list[str]:
    project, threads = os.path.abspath(".build/bench-brian"), str(os.cpu_count())
    once([BRIAN, "bench/peers/lif_brian.py", project, "10000", threads], Runs())
    seen = alternate(
        {
            "engram": [ENGRAM, "run", "bench/lif.yaml", "--out", RESULTS],
            "Brian 2": ["sh", "-c", f"cd {project} && exec ./main"],
        },
        rounds=2, warm=False)
    ours = rate(f"{RESULTS}-lif", "bench/lif.yaml", 10_000)
    return table("`lif-conductance`: 10,000 neurons, 1 s in steps of 0.01 ms",
                 "Independent neurons with Gaussian conductances against Brian 2's C++ standalone, compiled beforehand with "
                 f"its own flags and {threads} OpenMP threads (`peers/lif_brian.py`). Asked: at most 1/3.", seen,
                 f"Rate of Engram's neurons: {ours:.2f} Hz (reference Monte Carlo: 34.5 Hz).")


def balanced() -> list[str]:
    threads, nest = str(os.cpu_count()), Runs()
    seen = alternate({"engram": [ENGRAM, "run", "bench/balanced.yaml", "--out", RESULTS]}, rounds=3)
    once(peer("balanced_nest.py", "10000", "1000", threads), nest)
    seen["NEST"] = nest
    theirs = json.loads(nest.output.splitlines()[-1])
    ours = rate(f"{RESULTS}-balanced", "bench/balanced.yaml", 10_000)
    return table("`lif-network`: 10,000 neurons, 10 million synapses, 1 s",
                 f"The same balanced network made and run, against NEST with {threads} threads (`peers/balanced_nest.py`). "
                 "Engram also writes the network and the spikes. Asked: no slower.", seen,
                 f"NEST builds for {theirs['built']:.1f} s and simulates for {theirs['simulated']:.1f} s. Rates: Engram "
                 f"{ours:.2f} Hz, NEST {theirs['rate']:.2f} Hz.")


def rate(folder: str, experiment: str, neurons: int) -> float:
    """Mean rate in Hz of the spikes that a run of one second writes; the run is kept in `folder`."""
    if not os.path.exists(f"{folder}/0000.h5"):
        once([ENGRAM, "run", experiment, "--out", folder], Runs())
    with h5py.File(f"{folder}/0000.h5") as file:
        (population,) = file["spikes"].values()
        return len(population["timestamps"]) / neurons


BENCHES = {"sampling": sampling, "dense-motifs": dense_motifs, "motifs-in-memory": in_memory, "spectrum": spectrum,
           "lif": lif, "balanced": balanced}
