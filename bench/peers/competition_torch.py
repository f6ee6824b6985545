"""One epoch of Krotov and Hopfield's fast rule as a careful person writes it in PyTorch, in float64 as the others compute it: the two
ranks by topk, changes of the units that have one only, no array made twice. Usage: competition_torch.py IMAGES THREADS; prints JSON."""

import json
import sys
import time

import h5py
import torch

UNITS, BATCH, RANK, DELTA, RATE = 2000, 100, 7, 0.4, 0.04


@torch.no_grad()
def main(path: str, threads: str) -> None:
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    with h5py.File(path) as file:
        data = torch.from_numpy(file["trials/input"][()])
    weights = torch.randn(UNITS, data.shape[1], dtype=torch.float64)
    bracket, rows = torch.empty_like(weights), torch.arange(BATCH)
    started = time.perf_counter()
    data = data[torch.randperm(len(data))]
    for batch in data.split(BATCH):
        torch.mul(weights, weights.abs(), out=bracket)
        inputs = batch @ bracket.T
        best = inputs.topk(RANK, dim=1).indices
        first, late = best[:, 0], best[:, -1]
        units, place = torch.cat((first, late)).unique(return_inverse=True)
        strength = torch.zeros(len(units), BATCH, dtype=torch.float64)
        strength[place[:BATCH], rows] = 1
        strength[place[BATCH:], rows] = -DELTA
        own = weights[units]
        change = strength @ batch - (strength * inputs[:, units].T).sum(1, keepdim=True) * own
        weights.index_add_(0, units, change, alpha=RATE / max(change.abs().max().item(), 1e-30))
    print(json.dumps({"seconds": time.perf_counter() - started, "sum": weights.sum().item()}))


main(*sys.argv[1:])
