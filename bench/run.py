"""Runs every bench and writes bench/results.md. Usage: run.py [BENCH...] (default: all)."""

import importlib
import os
import pkgutil
import platform
import subprocess
import sys
from importlib.metadata import version

import benches
from tools import HERE

PACKAGES = ["numpy", "scipy", "h5py", "libsonata", "elephant", "pynwb", "bmtk"]
MODULES = [importlib.import_module(f"benches.{module.name}") for module in pkgutil.iter_modules(benches.__path__)]
BENCHES = {name: bench for module in MODULES for name, bench in module.BENCHES.items()}


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
