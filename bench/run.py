"""Runs every bench and writes bench/results.md. Usage: run.py [BENCH...] (default: all)."""

import json
import math
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from measure import Runs, alternate

HERE = Path(__file__).parent
ENGRAM = ".build/release/engram"
INPUTS = ".build/bench-inputs"
CIRCUIT, SPIKES = f"{INPUTS}/circuit.h5", f"{INPUTS}/spikes.h5"
PACKAGES = ["numpy", "scipy", "h5py", "libsonata", "elephant"]


def peer(script: str, *arguments: str) -> list[str]:
    return [sys.executable, str(HERE / "peers" / script), *arguments]


def analyze(analysis: str, file: str, **parameters: str) -> list[str]:
    sets = [word for name, value in parameters.items() for word in ("--set", f"{name}={value}")]
    return [ENGRAM, "analyze", analysis, file, "--json", *sets]


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
                 "`python -c 'import h5py, libsonata'`. Asked: at most 1/6.", seen, goal=lambda r: r <= 1 / 6)


BENCHES = {"inspect": inspect}


def table(title: str, text: str, seen: dict[str, Runs], goal=None, agreement: str = "") -> list[str]:
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
