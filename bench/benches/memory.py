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


def loops(seen: dict[str, Runs], name: str, what: str) -> str:
    """The peer's loop alone, without the import of its library, beside our whole command."""
    inside = json.loads(seen[name].output)["seconds"]
    return (f"The peer's {what} alone, without imports and start-up, took {inside:.2f} s in the last round; our whole "
            f"command over that is {seen['engram'].seconds / inside:.3f}.")


def score_matching() -> list[str]:
    title = "Denoising score matching: thirty epochs"
    if absent := without_torch(title):
        return absent
    seen = alternate({"engram": run("score-matching"), "PyTorch": torch("score_matching_torch.py", "30")}, rounds=3)
    return table(title,
                 "1,000 reservoir units, 10,000 samples an epoch in batches of 32, Adam with AMSGrad, against the plain "
                 "loop in PyTorch with two threads (`peers/score_matching_torch.py`). Asked: at most 0.5.", seen,
                 loops(seen, "PyTorch", "thirty epochs"))


def langevin() -> list[str]:
    title = "Langevin chains of a reservoir: 5,000 chains"
    if absent := without_torch(title):
        return absent
    if not os.path.exists(SCORE):
        once(run("score-matching", os.path.dirname(SCORE)), Runs())
    steps = 500
    seen = alternate({"engram": run("langevin-chains"), "PyTorch": torch("langevin_torch.py", str(steps))}, rounds=3)
    inside = json.loads(seen["PyTorch"].output)["seconds"] * 10_000 / steps
    return table(title,
                 f"1,000 reservoir units. Engram makes 10,000 steps; PyTorch, with two threads, {steps}. Asked: at most "
                 "0.5 for as many steps.", seen,
                 f"PyTorch's loop alone would take {inside:.1f} s for 10,000 steps; our whole command over that is "
                 f"{seen['engram'].seconds / inside:.3f}.")


def competition() -> list[str]:
    if not os.path.exists(IMAGES):
        os.makedirs(INPUTS, exist_ok=True)
        random = np.random.default_rng(1)
        images = random.random((60_000, 784)) * (random.random((60_000, 784)) < 0.2)
        with h5py.File(IMAGES, "w") as file:
            data = file.create_dataset("trials/input", data=images)
            data.attrs["units"] = "1"
    seen = alternate({"engram": run("competition"), "NumPy": peer("competition_numpy.py", IMAGES)}, rounds=3)
    return table("Competitive learning: one epoch",
                 "2,000 hidden units, 784 inputs, 60,000 samples in batches of 100, p = 3, rank 7, against the authors' "
                 "published update in NumPy with as many BLAS threads (`peers/competition_numpy.py`). Asked: at most 0.5.",
                 seen, loops(seen, "NumPy", "epoch"))


BENCHES = {"score-matching": score_matching, "langevin": langevin, "competition": competition}
