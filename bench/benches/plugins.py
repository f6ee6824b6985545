"""What it costs that an executable plugin is started, fed and checked: the same program under Engram and alone."""

import os
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from measure import RESULTS, Runs, alternate, once
from tools import ENGRAM, HERE, INPUTS, difference, results, table


def beside(name: str, file: str, read: list[str]) -> tuple[dict[str, Runs], float]:
    """Both timed, and the largest difference of what they write."""
    # Engram takes the python3 of PATH: the one that runs this.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    folder = HERE / "plugins" / name
    ours = [ENGRAM, "analyze", name, file, "--plugins", str(folder), "--out", RESULTS, *read]
    with tempfile.NamedTemporaryFile(suffix=".h5") as output:
        alone = [sys.executable, str(folder / f"{name.replace('-', '_')}.py"), file, output.name]
        seen = alternate({"engram": ours, "the program alone": alone}, rounds=9)
        once(alone, Runs())
        with h5py.File(output.name) as theirs:
            found = results(ours)
            return seen, max(difference(found[key], theirs[key][()].tolist()) for key in theirs)


def overhead(seen: dict[str, Runs], worst: float) -> str:
    ours, alone = seen["engram"], seen["the program alone"]
    return (f"Overhead: {100 * (ours.seconds / alone.seconds - 1):.1f} % of the median, "
            f"{100 * (min(ours.wall) / min(alone.wall) - 1):.1f} % of the lowest. Largest relative difference of the "
            f"results: {worst:.1e}.")


def trace() -> list[str]:
    path = f"{INPUTS}/trace.h5"
    if not os.path.exists(path):
        random = np.random.default_rng(4)
        with h5py.File(path + ".partial", "w") as file:
            file["values"] = random.normal(size=(12_500, 1_000))
            file["values"].attrs["units"] = "1"
        os.rename(path + ".partial", path)
    seen, worst = beside("trace-modes", path, ["--read", "values=/values"])
    return table("An executable analysis of a trace of 100 MB",
                 "The same Python program (`bench/plugins/trace-modes`: covariance of 1,000 units, its leading "
                 "eigenvalues) under Engram, which hashes the file, starts the program, checks and stores the results, and alone, "
                 "reading the file by itself. Asked: at most 15 % over its own run time.", seen, overhead(seen, worst))


def spikes() -> list[str]:
    seen, worst = beside("unit-intervals", f"{INPUTS}/spikes.h5", [])
    return table("An executable analysis of 10 million spikes",
                 "As before (`bench/plugins/unit-intervals`: local variation and interval histogram of 10,000 units); Engram "
                 "hands the spikes on in a file of its own. Asked: at most 15 %.", seen, overhead(seen, worst))


BENCHES = {"plugin-trace": trace, "plugin-spikes": spikes}
