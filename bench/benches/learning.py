"""Updates of learning rules in a recurrent network, beside backpropagation through time in PyTorch."""

import os
import statistics
from pathlib import Path

from measure import RESULTS, Runs, once
from tools import ENGRAM, HERE, peer

FEW, MANY = 5, 45
BELOW = {"bptt": 0.8, "three-factor": 0.5, "modprop": 0.5}


def command(rule: str, count: int) -> list[str]:
    text = (HERE / "learning.yaml").read_text().replace("RULE", rule).replace("COUNT", str(count))
    file = Path(f".build/bench-learning-{rule}-{count}.yaml")
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


def learning() -> list[str]:
    os.environ.pop("OPENBLAS_NUM_THREADS", None)
    theirs, memory = each(lambda count: peer("rnn_torch.py", "bptt", str(count)))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    lines = ["## Learning rules: 200 units, 200 steps, batches of 64, float32, 2 threads", "",
             "One update, from the difference between runs of 45 and 5; making the batch and the optimiser's step are included. "
             "Asked: `bptt` at most 0.8 of PyTorch's time, the rules that run forward in time at most 0.5.", "",
             "| | ms an update | peak MB | ours / peer | asked |", "|---|---|---|---|---|",
             f"| PyTorch, backpropagation through time | {1e3 * theirs:.1f} | {memory:.0f} | | |"]
    for rule, below in BELOW.items():
        ours, memory = each(lambda count: command(rule, count))
        lines.append(f"| engram, {rule} | {1e3 * ours:.1f} | {memory:.0f} | {ours / theirs:.2f} | {below} |")
    return lines + [""]


BENCHES = {"learning-rules": learning}
