"""Denoising score matching of a reservoir on a mixture of two normal laws: `plain`, as the authors' loop does it, or `careful`, the
gradients written out and Adam fused. Usage: score_matching_torch.py EPOCHS plain|careful; prints JSON with the seconds of the loop."""

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


def plain(network, optimiser, x, noise, sigma):
    error = network(x + sigma * noise) + noise / sigma
    loss = 0.5 * (error**2).sum() / x.shape[0]
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss


@torch.no_grad()
def careful(network, optimiser, x, noise, sigma):
    inner, outer = network.inner, network.outer
    noisy = x + sigma * noise
    rates = torch.addmm(inner.bias, noisy, inner.weight.T).relu_()
    error = torch.mm(rates, outer.weight.T).sub_(noisy).add_(noise, alpha=1 / sigma).div_(x.shape[0])
    back = torch.mm(error, outer.weight).mul_(rates > 0)
    outer.weight.grad = torch.mm(error.T, rates)
    inner.weight.grad = torch.mm(back.T, noisy)
    inner.bias.grad = back.sum(0)
    optimiser.step()
    return error.square().sum() * (0.5 * x.shape[0])


def main(epochs: str, how: str) -> None:
    step = {"plain": plain, "careful": careful}[how]
    torch.set_num_threads(2)
    torch.manual_seed(1)
    network = Score()
    started = time.perf_counter()
    for level in range(3):
        sigma = 0.02 ** (level / 3)
        optimiser = torch.optim.Adam(
            network.parameters(), lr=1e-4, weight_decay=1e-3, amsgrad=True, fused=how == "careful")
        for _ in range(int(epochs) // 3):
            data = torch.randint(0, 2, (SAMPLES, 1)) * 2.0 - 1 + 0.5 * torch.randn(SAMPLES, 1)
            for x in data.split(BATCH):
                loss = step(network, optimiser, x, torch.randn_like(x), sigma)
    print(json.dumps({"seconds": time.perf_counter() - started, "loss": loss.item()}))


main(*sys.argv[1:])
