"""What a Python plugin needs to talk to Engram: requests, datasets, progress. Needs h5py and NumPy.

Engram puts this module on the path of every plugin that it starts. `docs/executable-plugins.md` has the protocol.
"""

import inspect
import json
import os
import sys
from types import SimpleNamespace

import h5py
import numpy as np

# Messages have standard output to themselves: what the plugin or a library prints goes to standard error.
_messages = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
sys.stdout = sys.stderr


class PluginError(Exception):
    """What is wrong, as a sentence for the user; `fix` says what to do about it."""

    def __init__(self, what, fix=None):
        super().__init__(what)
        self.fix = fix


def _send(**message):
    _messages.write(json.dumps(message) + "\n")
    _messages.flush()


def _receive():
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def progress(fraction, activity=""):
    """How much is done, 0 to 1."""
    _send(progress=float(fraction), activity=activity)


def note(sentence):
    """A sentence that belongs beside the results."""
    _send(note=sentence)


def losses(members):
    """The losses of several weights (a list of dicts of blocks) on this update's batch; in `estimate` only."""
    with h5py.File("members.h5", "w") as file:
        for number, member in enumerate(members):
            for name, values in member.items():
                file[f"{number}/{name}"] = np.asarray(values, float)
    _send(losses="members.h5")
    return np.array(_receive()["losses"])


class Inputs:
    """The datasets that the manifest declares in `reads`, in the declared units."""

    def __init__(self, path):
        self._file = h5py.File(path, "r")

    def __contains__(self, name):
        return name in self._file

    def numbers(self, name):
        """An array of any shape."""
        return self._file[name][()]

    def dataset(self, name):
        """The h5py dataset itself, to read a large one in pieces."""
        return self._file[name]

    def unit(self, name):
        return self._file[name].attrs["units"]

    def labels(self, name):
        """One word for each element."""
        return self._file[name].asstr()[()].tolist()

    def spikes(self, name):
        """`trains`: an array of times (ms) for each unit; `ids`, `start`, `stop`."""
        group = self._file[name]
        times, offsets = group["times"][()], group["offsets"][()]
        trains = [times[a:b] for a, b in zip(offsets[:-1], offsets[1:])]
        return SimpleNamespace(
            trains=trains, ids=group["ids"][()], start=group.attrs["start"], stop=group.attrs["stop"])

    def connectivity(self, name):
        """Weights [post, pre] as an array; sparse ones are filled in."""
        item = self._file[name]
        if isinstance(item, h5py.Dataset):
            return item[()]
        weights = np.zeros(item.attrs["shape"])
        rows = np.repeat(np.arange(len(weights)), np.diff(item["row_offsets"][()]))
        weights[rows, item["columns"][()]] = item["values"][()]
        return weights


class Outputs:
    """Takes the datasets that the manifest declares in `writes`, and states their units."""

    def __init__(self, path, declared):
        self._file = h5py.File(path, "w")
        self._declared = declared

    def put(self, name, values):
        """Numbers, or a list of words for labels."""
        if self._declared.get(name, {}).get("kind") == "labels":
            self._file.create_dataset(name, data=list(values), dtype=h5py.string_dtype())
            return
        stored = self._file.create_dataset(name, data=np.asarray(values, float))
        stored.attrs["units"] = self._declared.get(name, {}).get("unit", "1")

    def put_spikes(self, name, trains, start, stop, ids=None):
        """Spike times in ms, one ascending array for each unit, within [start, stop)."""
        group = self._file.create_group(name)
        group.attrs.update(start=float(start), stop=float(stop))
        group["times"] = np.concatenate([np.asarray(train, float) for train in trains] or [np.empty(0)])
        group["offsets"] = np.cumsum([0] + [len(train) for train in trains])
        group["ids"] = np.arange(len(trains)) if ids is None else np.asarray(ids, np.uint64)

    def close(self):
        self._file.close()


def _blocks(group):
    return {name: group[name][()] for name in group.attrs["blocks"]}


def _write_blocks(file, name, blocks):
    group = file.create_group(name)
    group.attrs.create("blocks", list(blocks), dtype=h5py.string_dtype())
    for block, values in blocks.items():
        group[block] = np.asarray(values, float)


def _answer(handlers):
    """Answers requests by the handler of their name until there are no more."""
    while (request := _receive()) is not None:
        try:
            handlers[request["do"]](request)
        except PluginError as error:
            _send(error=str(error), fix=error.fix)
            return
        _send(done=True)


def run_analysis(analyse):
    """Serves `analyse(inputs, outputs, parameters)`; a fourth argument, `random`, gets a seeded NumPy generator."""
    # Loading NumPy's generators takes 15 ms, so who draws nothing does not pay for them.
    draws = len(inspect.signature(analyse).parameters) > 3

    def handle(request):
        outputs = Outputs(request["outputs"], request["writes"])
        parameters = SimpleNamespace(**request["parameters"])
        random = [np.random.default_rng(request["seed"])] if draws else []
        analyse(Inputs(request["inputs"]), outputs, parameters, *random)
        outputs.close()

    _answer({"analyse": handle})


def run_model(model):
    """Serves a class with `__init__(inputs, parameters, random)`, `advance(step, count, dt)`, `record(outputs)`."""
    running = SimpleNamespace()

    def start(request):
        running.writes = request["writes"]
        parameters = SimpleNamespace(**request["parameters"])
        running.model = model(Inputs(request["inputs"]), parameters, np.random.default_rng(request["seed"]))

    def advance(request):
        running.model.advance(request["from"], request["count"], request["dt"])

    def record(request):
        outputs = Outputs(request["outputs"], running.writes)
        running.model.record(outputs)
        outputs.close()

    _answer({"start": start, "advance": advance, "record": record})


def run_rule(rule):
    """Serves a class with `__init__(parameters)`, `estimate(weights, trials)`, `apply(estimate, weights, clock)`.

    Weights are dicts of arrays by block, `[post, pre]`. `trials` has `batch`, `loss`, `gradient`, `traces`, `random`
    and `clock`. What the rule must remember between updates belongs into the dict `self.memory`.
    """
    running = SimpleNamespace()

    def begin(request):
        running.rule = rule(SimpleNamespace(**request["parameters"]))
        running.rule.memory = {}

    def estimate(request):
        with h5py.File(request["inputs"], "r") as file:
            running.rule.memory = _blocks(file["memory"])
            weights = _blocks(file["weights"])
            traces = [file[f"traces/{number}"] for number in range(len(file.get("traces", ())))]
            trials = SimpleNamespace(
                batch={name: file["batch"][name][()] for name in file["batch"]}, loss=request["loss"],
                gradient=_blocks(file["gradient"]) if "gradient" in file else None,
                traces=[
                    SimpleNamespace(
                        block=trace.attrs["block"], step=trace.attrs["step"],
                        **{name: trace[name][()] for name in trace}) for trace in traces
                ], random=np.random.default_rng(request["seed"]), clock=request)
            result = running.rule.estimate(weights, trials)
        with h5py.File(request["outputs"], "w") as file:
            _write_blocks(file, "estimate", result)
            _write_blocks(file, "memory", running.rule.memory)

    def apply(request):
        with h5py.File(request["inputs"], "r") as file:
            running.rule.memory = _blocks(file["memory"])
            weights = running.rule.apply(_blocks(file["estimate"]), _blocks(file["weights"]), request)
        with h5py.File(request["outputs"], "w") as file:
            _write_blocks(file, "weights", weights)
            _write_blocks(file, "memory", running.rule.memory)

    _answer({"begin": begin, "estimate": estimate, "apply": apply})
