"""Updates of learning rules in a recurrent network, beside backpropagation through time in PyTorch."""

import os
import statistics
from pathlib import Path

from benches.memory import torch, without_torch
from measure import RESULTS, Runs, once
from tools import ENGRAM, HERE, native

FEW, MANY = 5, 45
BELOW = {"bptt": 0.8, "three-factor": 0.5, "modprop": 0.5}


def command(rule: str, count: int, delay: int = 1000) -> list[str]:
    text = (HERE / "learning.yaml").read_text().replace("RULE", rule).replace("COUNT", str(count))
    file = Path(f".build/bench-learning-{rule}-{count}-{delay}.yaml")
    text = text.replace("DELAY", str(delay))
    file.write_text(text)
    return [ENGRAM, "run", str(file), "--out", RESULTS, "--jobs", "1"]


def each(make, rounds: int = 3) -> tuple[float, float]:
    """Seconds of one update, and peak MB: runs of many and of few updates differ by nothing else."""
    few, many = Runs(), Runs()
    for _ in range(rounds):
        once(make(FEW), few)
        once(make(MANY), many)
    seconds = [(m - f) / (MANY - FEW) for f, m in zip(few.wall, many.wall)]
    return statistics.median(seconds), many.megabytes


def pytorch(what: str) -> tuple[float, float]:
    """What `each` finds of the peer, which brings its own BLAS."""
    threads = os.environ.pop("OPENBLAS_NUM_THREADS")
    found = each(lambda count: torch("rnn_torch.py", what, str(count)))
    os.environ["OPENBLAS_NUM_THREADS"] = threads
    return found


def learning() -> list[str]:
    title = "Learning rules: 200 units, 200 steps, batches of 64, float32, 2 threads"
    if absent := without_torch(title):
        return absent
    theirs, memory = pytorch("bptt")
    lines = [f"## {title}", "",
             "One update, from the difference between runs of 45 and 5; making the batch and the optimiser's step are included. "
             "Asked: `bptt` at most 0.8 of PyTorch's time, the rules that run forward in time at most 0.5.", "",
             "| | ms an update | peak MB | at 600 steps | ours / peer | asked |", "|---|---|---|---|---|---|",
             f"| PyTorch, backpropagation through time | {1e3 * theirs:.1f} | {memory:.0f} | | | |"]
    for rule, below in BELOW.items():
        ours, memory = each(lambda count: command(rule, count))
        long = Runs()
        once(command(rule, FEW, delay=5000), long)
        lines.append(f"| engram, {rule} | {1e3 * ours:.1f} | {memory:.0f} | {long.megabytes:.0f} | {ours / theirs:.2f} "
                     f"| {below} |")
    return lines + [""]


def products(count: int) -> list[str]:
    """`count` products of the Hessian: the power method's, stopped there."""
    file = Path(f".build/bench-curvature-{count}.yaml")
    file.write_text((HERE / "learning.yaml").read_text().replace("RULE", "bptt").replace("COUNT", "1").replace("DELAY", "1000") + (
        "  - { id: curvature, analysis: hessian-spectrum, on: train, "
        f"set: {{ trials: 64, method: power, tolerance: 0, max_iterations: {count} }} }}\n"))
    return [ENGRAM, "run", str(file), "--out", RESULTS, "--jobs", "1"]


def curvature() -> list[str]:
    title = "A product of the Hessian with a direction: the same network, 2 threads"
    if absent := without_torch(title):
        return absent
    theirs, memory = pytorch("curvature")
    ours, own = each(products)
    return [f"## {title}", "",
            "From the difference between 45 and 5 products; PyTorch's by double backward. Asked: at most 0.8.", "",
            "| | ms a product | peak MB | ours / peer |", "|---|---|---|---|",
            f"| engram | {1e3 * ours:.1f} | {own:.0f} | {ours / theirs:.2f} |",
            f"| PyTorch | {1e3 * theirs:.1f} | {memory:.0f} | |", ""]


def tape() -> list[str]:
    lines = ["## Gradients beside their matrix products alone", "",
             "A leaky ReLU network of 200 units, 200 steps, batch 64, float32: the three products of each step by OpenBLAS in "
             "sequence, on arrays that stay in the cache; all gradients by the tape; the adjoint written out, which `bptt` uses "
             "and which makes the weights' gradient in one product over all steps. Fastest of 12; on two threads each takes half "
             "of the batch. Asked of the tape: at most 1.6.", "",
             "| threads | products ms | tape ms | adjoint ms | tape / products | adjoint / products |", "|---|---|---|---|---|---|"]
    for row in native("tape"):
        bound, tape, adjoint = row["bound"], row["tape"], row["adjoint"]
        lines.append(f"| {row['threads']} | {bound:.1f} | {tape:.1f} | {adjoint:.1f} | {tape / bound:.2f} "
                     f"| {adjoint / bound:.2f} |")
    return lines + [""]


BENCHES = {"learning-rules": learning, "curvature": curvature, "tape": tape}
