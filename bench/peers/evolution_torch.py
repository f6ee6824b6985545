"""Losses of a population of Morris-Lecar networks with PyTorch, as one evolution iteration needs them: the semi-implicit
step over [member, trial, neuron] in float32, without gradients. Usage: evolution_torch.py MEMBERS TRIALS NEURONS STEPS THREADS;
prints JSON with the seconds of each of two iterations after a tenth of one."""

import json
import sys
import time

import torch


def losses(w_in, w_rec, w_out, x, labels, steps, hold=40, window=100, dt=0.1):
    members, trials, neurons = w_rec.shape[0], x.shape[0], w_rec.shape[1]
    v = -20 + 5 * torch.randn(1, trials, neurons).expand(members, -1, -1).contiguous()
    w = torch.full_like(v, 0.014173)
    s = torch.zeros_like(v)
    total = torch.zeros_like(v)
    for step in range(steps):
        if step % hold == 0:
            drive = torch.matmul(x[:, step // hold], w_in)
        current = 36.75 * (drive + torch.bmm(s, w_rec) + 0.1) + 39.9
        m = 0.5 * (1 + torch.tanh((v + 1.2) / 18))
        target = 0.5 * (1 + torch.tanh((v - 12) / 17))
        tau = 1 / (2 / 30 * torch.cosh((v - 12) / 34))
        w = (target * dt + (tau - dt / 2) * w) / (tau + dt / 2)
        g = (4 * m + 8 * w + 2) / 20
        e = (4 * 120 * m - 8 * 84 * w - 2 * 60 + current) / 20
        v = (v * (1 - dt * g / 2) + dt * e) / (1 + dt * g / 2)
        s = torch.sigmoid((v + 3) / 8)
        if step >= steps - window:
            total += s
    logits = torch.matmul(total / window, w_out)
    return torch.nn.functional.cross_entropy(
        logits.reshape(members * trials, -1), labels.repeat(members), reduction="none").view(members, trials).mean(1)


def main():
    members, trials, neurons, steps, threads = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    words = -(-steps // 40)
    w_in = 0.1 + (2 * torch.rand(50, neurons) - 1) / neurons**0.5
    w_rec = 1e-3 + (2 * torch.rand(neurons, neurons) - 1) / neurons**0.5
    w_out = 0.1 + (2 * torch.rand(neurons, 3) - 1) / 3**0.5
    x = torch.randint(0, 2, (trials, words, 50)).float() / 5
    labels = torch.randint(0, 3, (trials,))
    seconds = []
    with torch.no_grad():
        losses(w_in, w_rec.expand(members, -1, -1).contiguous(), w_out, x, labels, steps // 10)
        for _ in range(2):
            begin = time.perf_counter()
            noise = 0.1 * torch.randn(members, neurons, neurons)
            found = losses(w_in, w_rec + noise, w_out, x, labels, steps)
            estimate = torch.tensordot(found, noise, 1) / members / 0.01
            estimate.sum().item()
            seconds.append(time.perf_counter() - begin)
    print(json.dumps({"seconds": seconds, "loss": found.mean().item()}))


if __name__ == "__main__":
    main()
