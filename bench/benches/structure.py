"""Networks with set motifs: sampling, dense motif statistics, whole spectra."""

import json
import os

from measure import RESULTS, Runs, alternate, once
from tools import ENGRAM, INPUTS, analyze, difference, peer, results, table

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
    return table("Sampling `ei-motif-gaussian`: 4,000 neurons",
                 "One network of Gaussian weights with chains, written to HDF5, against the leanest exact construction in "
                 "NumPy (`peers/sampling_numpy.py`: two latents a neuron, two normal numbers a pair). Asked: at most 1/3.",
                 seen)


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


BENCHES = {"sampling": sampling, "dense-motifs": dense_motifs, "spectrum": spectrum}
