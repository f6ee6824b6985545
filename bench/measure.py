"""Times commands from outside, alternating between them, so that a busy moment of the machine falls on all."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Runs:
    """What was seen of one command: wall-clock and processor seconds and peak memory of each round, last output."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    output: str = ""

    @property
    def seconds(self) -> float:
        return statistics.median(self.wall)

    @property
    def megabytes(self) -> float:
        return statistics.median(self.memory)


RESULTS = ".build/bench-results"


def once(command: list[str], runs: Runs) -> None:
    shutil.rmtree(RESULTS, ignore_errors=True)  # else Engram would find its work done
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: exit status {process.returncode} from: {' '.join(command)}")
    runs.wall.append(elapsed)
    runs.processor.append(usage.ru_utime + usage.ru_stime)
    runs.memory.append(usage.ru_maxrss * 1024 / 1e6)
    runs.output = output.decode()


def alternate(commands: dict[str, list[str]], rounds: int, warm: bool = True) -> dict[str, Runs]:
    """Runs each command once unmeasured (files cached), then `rounds` times in turn, the order reversed every round."""
    if warm:
        for command in commands.values():
            once(command, Runs())
    seen = {name: Runs() for name in commands}
    names = list(commands)
    for round in range(rounds):
        for name in names if round % 2 == 0 else reversed(names):
            once(commands[name], seen[name])
    return seen
