"""Evolution of a spiking network beside PyTorch and JAX, and a stiff system beside CVODE and SciPy."""

import json
import os
import subprocess
from pathlib import Path

from benches.memory import PYTHON, torch
from measure import RESULTS, Runs, once
from tools import ENGRAM, HERE, native, peer

FEW, MANY = 1, 4
SIZE = ["100", "50", "128", "2000", "2"]


def command(count: int) -> list[str]:
    file = Path(f".build/bench-evolution-{count}.yaml")
    file.write_text((HERE / "evolution.yaml").read_text().replace("COUNT", str(count)))
    return [ENGRAM, "run", str(file), "--out", RESULTS, "--jobs", "1"]


def evolution() -> list[str]:
    runs = {}
    for count in (FEW, MANY):
        once(command(count), runs.setdefault(count, Runs()))
    threads = os.environ.pop("OPENBLAS_NUM_THREADS")
    ours = (runs[MANY].seconds - runs[FEW].seconds) / (MANY - FEW)
    lines = ["## Evolution of a Morris-Lecar network: one iteration, 2 threads", "",
             "100 members, 50 trials, 128 neurons, 2,000 steps, float32; ours from the difference between runs of "
             f"{MANY} and {FEW} iterations, batches and the update included; the peers' best of two or three after a first. "
             "Asked: at most 0.5 of PyTorch's time, no slower than JAX under `jit`.", "",
             "| | seconds an iteration | peak MB | ours / peer |", "|---|---|---|---|",
             f"| engram | {ours:.2f} | {runs[MANY].megabytes:.0f} | |"]
    for name, module in {"PyTorch": "torch", "JAX": "jax"}.items():
        if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode:
            lines.append(f"| {name} is absent: set ENGRAM_BENCH_TORCH to a Python that has it | | | |")
            continue
        seen = Runs()
        once(torch(f"evolution_{module}.py", *SIZE), seen)
        theirs = min(json.loads(seen.output)["seconds"])
        lines.append(f"| {name} | {theirs:.2f} | {seen.megabytes:.0f} | {ours / theirs:.2f} |")
    os.environ["OPENBLAS_NUM_THREADS"] = threads
    return lines + [""]


def printed(program: str) -> dict:
    return json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)


def compiled(source: str, *options: str) -> dict | None:
    """What a C program prints; None, with the compiler's words, where it cannot be made."""
    name = f".build/bench-{Path(source).stem}"
    made = subprocess.run(["cc", "-O2", str(HERE / source), *options, "-o", name], capture_output=True, text=True)
    if made.returncode:
        print(f"bench: {source} cannot be made: {made.stderr[:300]}")
        return None
    return printed(name)


def robertson() -> list[str]:
    ours = native("robertson")
    # Where SUNDIALS lies outside the system, name its prefix.
    prefix = os.environ.get("ENGRAM_BENCH_SUNDIALS", "/usr")
    library = f"{prefix}/lib/x86_64-linux-gnu"
    cvode = compiled("peers/robertson_cvode.c", f"-I{prefix}/include", f"-L{library}", f"-Wl,-rpath,{library}",
                     "-lsundials_cvode", "-lsundials_nvecserial", "-lsundials_sunmatrixdense",
                     "-lsundials_sunlinsoldense", "-lm")
    scipy = Runs()
    once(peer("robertson_scipy.py"), scipy)
    lines = ["## Robertson's stiff reactions to 1e5 at a relative error below 1e-6", "",
             "Best of many runs in one process; every method at the loosest tolerance (steps of the root of ten) that reaches "
             "the error. Asked: within twice the time of CVODE called from C, faster than SciPy's Radau and LSODA.", "",
             "| | microseconds | largest relative error | ours / peer |", "|---|---|---|---|"]
    for name, found in {"engram": ours, "CVODE": cvode, **json.loads(scipy.output)}.items():
        if not found:
            lines.append(f"| {name}: cannot be built here | | | |")
            continue
        ratio = "" if found is ours else f"{ours['seconds'] / found['seconds']:.3f}"
        lines.append(f"| {name} | {1e6 * found['seconds']:.0f} | {found['error']:.1e} | {ratio} |")
    return lines + [""]


BENCHES = {"evolution": evolution, "robertson": robertson}
