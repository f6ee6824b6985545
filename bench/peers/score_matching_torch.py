"""Denoising score matching of a reservoir on a mixture of two normal laws, as plainly as PyTorch does it.
Usage: score_matching_torch.py EPOCHS; prints JSON with the seconds of the loop."""

import json
import sys
import time

import torch

UNITS, SAMPLES, BATCH = 1000, 10_000, 32


class Score(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(1, UNITS)
        self.outer = torch.nn.Linear(UNITS, 1, bias=False)

    def forward(self, x):
        return self.outer(torch.relu(self.inner(x))) - x


def main(epochs: str) -> None:
    torch.set_num_threads(2)
    torch.manual_seed(1)
    network = Score()
    started = time.perf_counter()
    for level in range(3):
        sigma = 0.02 ** (level / 3)
        optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, weight_decay=1e-3, amsgrad=True)
        for _ in range(int(epochs) // 3):
            data = torch.randint(0, 2, (SAMPLES, 1)) * 2.0 - 1 + 0.5 * torch.randn(SAMPLES, 1)
            for x in data.split(BATCH):
                noise = torch.randn_like(x)
                error = network(x + sigma * noise) + noise / sigma
                loss = 0.5 * (error**2).sum() / x.shape[0]
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
    print(json.dumps({"seconds": time.perf_counter() - started, "loss": loss.item()}))


main(*sys.argv[1:])
