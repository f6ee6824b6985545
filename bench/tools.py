"""What every bench has in common: commands, comparison of results, tables."""

import json
import math
import subprocess
import sys
from pathlib import Path

import h5py
from measure import RESULTS, Runs, once

HERE = Path(__file__).parent
ENGRAM = ".build/release/engram"
INPUTS = ".build/bench-inputs"


def peer(script: str, *arguments: str) -> list[str]:
    return [sys.executable, str(HERE / "peers" / script), *arguments]


def native(*words: str) -> dict | list:
    """What `bench-native` prints, built when it is not yet."""
    subprocess.run(["swift", "build", "-c", "release", "--product", "bench-native"], check=True, capture_output=True)
    return json.loads(subprocess.run([".build/release/bench-native", *words], check=True, capture_output=True, text=True).stdout)


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


def table(title: str, text: str, seen: dict[str, Runs], agreement: str = "") -> list[str]:
    ours = seen["engram"]
    lines = [f"## {title}", "", text, "", "| | seconds (median) | lowest | processor s | peak MB | ours / peer |",
             "|---|---|---|---|---|---|"]
    for name, runs in seen.items():
        ratio = "" if runs is ours else f"{ours.seconds / runs.seconds:.3f}"
        lines.append(f"| {name} | {runs.seconds:.3f} | {min(runs.wall):.3f} | {min(runs.processor):.2f} "
                     f"| {runs.megabytes:.0f} | {ratio} |")
    return lines + ([""] + [agreement] if agreement else []) + [""]
