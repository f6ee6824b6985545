"""Runs every bench and writes bench/results.md. Usage: run.py [BENCH...] (default: all)."""

import json
import math
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import h5py
from measure import RESULTS, Runs, alternate, once

HERE = Path(__file__).parent
ENGRAM = ".build/release/engram"
INPUTS = ".build/bench-inputs"
CIRCUIT, SPIKES = f"{INPUTS}/circuit.h5", f"{INPUTS}/spikes.h5"
PACKAGES = ["numpy", "scipy", "h5py", "libsonata", "elephant"]


def peer(script: str, *arguments: str) -> list[str]:
    return [sys.executable, str(HERE / "peers" / script), *arguments]


def analyze(analysis: str, file: str, **parameters: str) -> list[str]:
    sets = [word for name, value in parameters.items() for word in ("--set", f"{name}={value}")]
    return [ENGRAM, "analyze", analysis, file, "--out", RESULTS, *sets]


def results(command: list[str]) -> dict[str, list]:
    """What an analysis of ours wrote, by name."""
    once(command, Runs())
    found = {}

    def keep(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu":
            found[name] = item[()].tolist()

    (path,) = Path(RESULTS).glob("*.h5")
    with h5py.File(path) as file:
        file[f"engram/results/{command[2]}"].visititems(keep)
    return found


def flat(value) -> list[float]:
    if isinstance(value, list):
        return [number for item in value for number in flat(item)]
    return [float("nan") if value is None else float(value)]


def difference(ours, theirs) -> float:
    """Largest difference between two results, relative to the larger of the two values."""
    a, b = flat(ours), flat(theirs)
    if len(a) != len(b):
        sys.exit(f"bench: {len(a)} values of ours against {len(b)} of a peer's")
    pairs = [(x, y) for x, y in zip(a, b) if not (math.isnan(x) and math.isnan(y))]
    return max((abs(x - y) / max(abs(x), abs(y)) for x, y in pairs if x != y), default=0.0)


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


def table(title: str, text: str, seen: dict[str, Runs], agreement: str = "") -> list[str]:
    ours = seen["engram"]
    lines = [f"## {title}", "", text, "", "| | seconds (median) | lowest | processor s | peak MB | ours / peer |",
             "|---|---|---|---|---|---|"]
    for name, runs in seen.items():
        ratio = "" if runs is ours else f"{ours.seconds / runs.seconds:.3f}"
        lines.append(f"| {name} | {runs.seconds:.3f} | {min(runs.wall):.3f} | {min(runs.processor):.2f} "
                     f"| {runs.megabytes:.0f} | {ratio} |")
    return lines + ([""] + [agreement] if agreement else []) + [""]


def machine() -> list[str]:
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({model}), {memory:.0f} GB. "
            f"{swift}. Engram at {commit}. Python {platform.python_version()}, {packages}.", ""]


def main(names: list[str]) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    head = ["# Engram beside its peers", "",
            "Written by `make bench`: every command timed from outside, start-up and reading included, files cached, "
            "commands alternating in one run. A ratio below 1 means that Engram needs less.", ""]
    lines = head + machine()
    for name in names or BENCHES:
        print(f"bench: {name}", flush=True)
        lines += BENCHES[name]()
    text = "\n".join(lines)
    print(text)
    if not names:
        (HERE / "results.md").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
