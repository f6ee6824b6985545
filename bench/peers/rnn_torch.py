"""A leaky ReLU network trained in PyTorch, float32, 2 threads: 200 units, 200 steps, batch 64, two inputs and outputs.
Usage: rnn_torch.py bptt|curvature COUNT; does so many updates by Adam, or products of the Hessian by double backward."""

import sys

import torch

torch.set_num_threads(2)
torch.manual_seed(1)
N, T, B, LEAK = 200, 200, 64, 0.905
w = torch.randn(N, N) / N**0.5
w.requires_grad_()
win = torch.randn(N, 2).requires_grad_()
wout = (torch.randn(2, N) / N**0.5).requires_grad_()
bias = torch.zeros(2, requires_grad=True)
parameters = [w, win, wout, bias]


def loss(x, labels):
    drive = x @ win.T  # over all steps at once
    v, z = torch.zeros(B, N), torch.zeros(B, N)
    for t in range(T):
        v = LEAK * v + (1 - LEAK) * (drive[t] + z @ w.T)
        z = torch.relu(v)
    return torch.nn.functional.cross_entropy(z @ wout.T + bias, labels)


def batch():
    return 0.02 + 0.01 * torch.randn(T, B, 2), torch.randint(0, 2, (B,))


def main(what: str, count: int) -> None:
    if what == "bptt":
        optimiser = torch.optim.Adam(parameters, lr=1e-3)
        for _ in range(count):
            optimiser.zero_grad()
            loss(*batch()).backward()
            optimiser.step()
    else:
        x, labels = batch()
        direction = [torch.randn_like(p) for p in parameters]
        for _ in range(count):
            gradient = torch.autograd.grad(loss(x, labels), parameters, create_graph=True)
            product = sum((g * d).sum() for g, d in zip(gradient, direction))
            torch.autograd.grad(product, parameters)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
