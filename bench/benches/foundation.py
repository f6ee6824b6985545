"""Looking at a file, motifs, leading eigenvalues and spike statistics."""

import json
import os
import sys

from measure import Runs, alternate, once
from tools import ENGRAM, INPUTS, analyze, difference, peer, results, table

CIRCUIT, SPIKES = f"{INPUTS}/circuit.h5", f"{INPUTS}/spikes.h5"


def inspect() -> list[str]:
    seen = alternate(
        {
            "engram": [ENGRAM, "inspect", "datasets/larva-mushroom-body.h5"],
            "h5py + libsonata": [sys.executable, "-c", "import h5py, libsonata"],
        },
        rounds=15,
    )
    return table("A cold `inspect`", "`engram inspect datasets/larva-mushroom-body.h5` against the bare imports "
                 "`python -c 'import h5py, libsonata'`. Asked: at most 1/6.", seen)


def motifs() -> list[str]:
    command = analyze("motif-statistics", CIRCUIT)
    seen = alternate({"engram": command, "NumPy and SciPy": peer("motifs_scipy.py", CIRCUIT)}, rounds=5)
    ours, theirs = results(command), json.loads(seen["NumPy and SciPy"].output)
    names = {"mean": "mu", "variance": "var", "reciprocal": "rec", "chain": "chn", "convergent": "con", "divergent": "div"}
    worst = max(difference(ours[name], theirs[other]) for name, other in names.items())
    size = os.path.getsize(CIRCUIT) / 1e6
    return table("`motif-statistics`: 100,000 neurons, 10 million connections",
                 "Means, variances and the four motif correlations by cell type, against sparse matrices centred by "
                 f"algebra (`peers/motifs_scipy.py`). The file has {size:.0f} MB. Asked: at most 1/5 of the time, and "
                 "memory below 1.5 times the file.", seen,
                 f"Memory over file size: {seen['engram'].megabytes / size:.2f}. Largest relative difference of the "
                 f"results: {worst:.1e}.")


def eigenvalues() -> list[str]:
    count, basis, tolerance = 10, 40, 1e-8
    command = analyze("dominant-eigenvalues", CIRCUIT, count=count, subspace=basis, tolerance=tolerance,
                      method="arnoldi")
    script = peer("eigenvalues_scipy.py", CIRCUIT, str(count), str(basis), str(tolerance))
    seen = alternate({"engram": command, "scipy.sparse.linalg.eigs": script}, rounds=5)
    ours, theirs = results(command), json.loads(seen["scipy.sparse.linalg.eigs"].output)
    worst = difference(ours["eigenvalues"], [list(pair) for pair in zip(theirs["real"], theirs["imaginary"])])
    return table("`dominant-eigenvalues`: the ten planted outliers of that circuit",
                 f"Ten eigenvalues of largest magnitude, ncv {basis}, tolerance {tolerance:g} in both; all converged in "
                 "both. Asked: no slower.", seen, f"Largest relative difference of the eigenvalues: {worst:.1e}.")


def spikes() -> list[str]:
    window, units = "1000", "10000"
    command = analyze("spike-statistics", SPIKES, window=window)
    seen = alternate({"engram": command, "NumPy": peer("spikes_numpy.py", SPIKES, window)}, rounds=5)
    elephant = Runs()
    once(peer("spikes_elephant.py", SPIKES, window, units), elephant)
    seen["Elephant"] = elephant
    ours, theirs = results(command), json.loads(elephant.output)
    names = {"mean_rate": "rate", "mean_cv": "cv", "mean_cv2": "cv2", "mean_lv": "lv", "mean_fano": "fano"}
    worst = max(difference(ours[name], theirs[other]) for name, other in names.items())
    return table("`spike-statistics`: 10 million spikes of 10,000 units",
                 "Rate, mean interval, CV, CV2, LV and Fano factor (windows of 1 s) of every unit. NumPy works on flat "
                 "arrays without a loop over units; Elephant, once, on all units. Asked: at least 50 times faster than "
                 "Elephant.", seen,
                 f"Largest relative difference of the means over units from Elephant's: {worst:.1e}.")


BENCHES = {"inspect": inspect, "motifs": motifs, "eigenvalues": eigenvalues, "spikes": spikes}
