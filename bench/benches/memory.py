"""Samplers and associative memories: score matching, Langevin chains, competitive learning."""

import json
import os
import subprocess
import sys

import h5py
import numpy as np
from measure import RESULTS, Runs, alternate, once
from tools import ENGRAM, HERE, INPUTS, peer, table

SCORE = f"{INPUTS}/score/0000.h5"
IMAGES = f"{INPUTS}/images.h5"


# PyTorch is large, so it is not among the requirements: name a Python that has it.
PYTHON = os.environ.get("ENGRAM_BENCH_TORCH", sys.executable)


def torch(script: str, *arguments: str) -> list[str]:
    return [PYTHON, str(HERE / "peers" / script), *arguments]


def without_torch(title: str) -> list[str] | None:
    """What the results say where there is no PyTorch; None where there is."""
    if subprocess.run([PYTHON, "-c", "import torch"], capture_output=True).returncode == 0:
        return None
    return [f"## {title}", "", "Not measured: PyTorch is absent. Set ENGRAM_BENCH_TORCH to a Python that has it.", ""]


def run(experiment: str, out: str = RESULTS) -> list[str]:
    return [ENGRAM, "run", f"bench/{experiment}.yaml", "--out", out]


def loops(seen: dict[str, Runs], what: str, scale: float = 1) -> str:
    """The peers' loops alone, without the import of a library, beside our whole command; `scale` times as many rounds."""
    inside = {name: json.loads(runs.output)["seconds"] * scale for name, runs in seen.items() if name != "engram"}
    return f"The peers' {what} alone, without imports and start-up, in the last round: " + "; ".join(
        f"{name} {seconds:.2f} s, our whole command over that {seen['engram'].seconds / seconds:.3f}"
        for name, seconds in inside.items()) + "."


def score_matching() -> list[str]:
    title = "Denoising score matching: thirty epochs"
    if absent := without_torch(title):
        return absent
    peers = {f"PyTorch, {how}": torch("score_matching_torch.py", "30", how) for how in ["plain", "careful"]}
    seen = alternate({"engram": run("score-matching")} | peers, rounds=3)
    return table(title,
                 "1,000 reservoir units, 10,000 samples an epoch in batches of 32, Adam with AMSGrad, against the plain "
                 "loop in PyTorch with two threads and one with its gradients written out and Adam fused "
                 "(`peers/score_matching_torch.py`). Asked: at most 0.5 of the plain one.", seen,
                 loops(seen, "thirty epochs"))


def langevin() -> list[str]:
    title = "Langevin chains of a reservoir: 5,000 chains"
    if absent := without_torch(title):
        return absent
    if not os.path.exists(SCORE):
        once(run("score-matching", os.path.dirname(SCORE)), Runs())
    steps = 500
    peers = {f"PyTorch, {how}": torch("langevin_torch.py", str(steps), how) for how in ["plain", "careful"]}
    seen = alternate({"engram": run("langevin-chains")} | peers, rounds=3)
    return table(title,
                 f"1,000 reservoir units. Engram makes 10,000 steps; PyTorch, with two threads, {steps}, `careful` without "
                 "allocating in a step. Asked: at most 0.5 for as many steps.", seen,
                 loops(seen, "10,000 steps, from those made,", 10_000 / steps))


def competition() -> list[str]:
    if not os.path.exists(IMAGES):
        os.makedirs(INPUTS, exist_ok=True)
        random = np.random.default_rng(1)
        images = random.random((60_000, 784)) * (random.random((60_000, 784)) < 0.2)
        with h5py.File(IMAGES, "w") as file:
            data = file.create_dataset("trials/input", data=images)
            data.attrs["units"] = "1"
    commands = {"engram": run("competition"),
                "NumPy": ["env", "OPENBLAS_NUM_THREADS=2", *peer("competition_numpy.py", IMAGES)]}
    if not without_torch(""):
        commands["PyTorch, careful"] = torch("competition_torch.py", IMAGES, "2")
    seen = alternate(commands, rounds=3)
    return table("Competitive learning: one epoch",
                 "2,000 hidden units, 784 inputs, 60,000 samples in batches of 100, p = 3, rank 7, with two threads each, "
                 "against the authors' published update in NumPy (`peers/competition_numpy.py`) and a careful one in "
                 "PyTorch (`peers/competition_torch.py`). Asked: at most 0.5 of NumPy.",
                 seen, loops(seen, "epoch"))


BENCHES = {"score-matching": score_matching, "langevin": langevin, "competition": competition}
