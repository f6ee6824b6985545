"""One epoch of Krotov and Hopfield's fast rule in NumPy: dense products, ranks by a sort. Usage: competition_numpy.py IMAGES;
prints JSON with the seconds of the loop."""

import json
import sys
import time

import h5py
import numpy as np

UNITS, BATCH, RANK, DELTA, P, RATE = 2000, 100, 7, 0.4, 3.0, 0.04


def main(path: str) -> None:
    with h5py.File(path) as file:
        data = file["trials/input"][()]
    random = np.random.default_rng(1)
    weights = random.standard_normal((UNITS, data.shape[1]))
    started = time.perf_counter()
    data = data[random.permutation(len(data))]
    for first in range(0, len(data), BATCH):
        batch = data[first : first + BATCH].T
        inputs = (np.sign(weights) * np.abs(weights) ** (P - 1)) @ batch
        order = np.argsort(inputs, axis=0)
        strength = np.zeros((UNITS, BATCH))
        strength[order[-1], np.arange(BATCH)] = 1
        strength[order[-RANK], np.arange(BATCH)] = -DELTA
        change = strength @ batch.T - (strength * inputs).sum(1)[:, None] * weights
        weights += RATE * change / max(np.abs(change).max(), 1e-30)
    print(json.dumps({"seconds": time.perf_counter() - started, "sum": weights.sum()}))


main(*sys.argv[1:])
