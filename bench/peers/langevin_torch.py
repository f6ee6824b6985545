"""Langevin chains of a reservoir with 1,000 units in PyTorch. Usage: langevin_torch.py STEPS plain|careful; `careful` allocates
nothing in a step. Prints JSON with the seconds."""

import json
import sys
import time

import torch

UNITS, CHAINS, DT = 1000, 5000, 1e-4


@torch.no_grad()
def main(steps: str, how: str) -> None:
    torch.set_num_threads(2)
    torch.manual_seed(1)
    inner, bias = torch.randn(UNITS, 1), torch.randn(UNITS)
    outer = torch.randn(1, UNITS) / UNITS
    x = 4 * torch.rand(CHAINS, 1) - 2
    spread = (2 * DT) ** 0.5
    started = time.perf_counter()
    rates, drift, noise = torch.empty(CHAINS, UNITS), torch.empty_like(x), torch.empty_like(x)
    for _ in range(int(steps)):
        if how == "plain":
            drift = torch.relu(x @ inner.T + bias) @ outer.T - x
            x = x + DT * drift + spread * torch.randn_like(x)
        else:
            torch.addmm(bias, x, inner.T, out=rates).relu_()
            torch.mm(rates, outer.T, out=drift)
            x.mul_(1 - DT).add_(drift, alpha=DT).add_(noise.normal_(), alpha=spread)
    print(json.dumps({"seconds": time.perf_counter() - started, "sd": x.std().item()}))


main(*sys.argv[1:])
