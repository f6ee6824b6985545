"""One network of Gaussian weights with chains, stored in HDF5: the leanest exact construction in NumPy, two latent numbers
a neuron and two normal numbers a pair. The file is on disk at the end, as Engram's is. Usage: sampling_numpy.py NEURONS CHAIN
[OUT]; without OUT the sample stays in memory, and the fastest of 15 is timed. Prints JSON."""

import json
import os
import sys
import time

import h5py
import numpy as np


def sample(neurons: int, chain: float, gain: float = 0.3, random=None):
    """Weights of 80 % excitatory and 20 % inhibitory neurons; `chain` is N gain² times the chain correlation."""
    random = random or np.random.default_rng(1)
    tau = chain / (neurons * gain**2)
    x = random.standard_normal(neurons)  # the latents of inputs and outputs are equal for the least motifs
    own = 1 - 2 * tau
    mutual = -2 * tau / own
    noise = random.standard_normal((neurons, neurons))
    lower = np.tril(noise, -1)
    upper = np.triu(noise, 1).T
    upper *= np.sqrt(1 - mutual**2)
    upper += mutual * lower
    lower += upper.T
    lower *= np.sqrt(own)
    lower += np.sqrt(tau) * x[:, None]
    lower += np.sqrt(tau) * x[None, :]
    lower *= gain / np.sqrt(neurons)
    excitatory = int(0.8 * neurons)
    lower[:, :excitatory] += 0.9 / excitatory
    lower[:, excitatory:] -= 1.7 / (neurons - excitatory)
    np.fill_diagonal(lower, 0)
    return lower


def main(neurons: str, chain: str, out: str | None = None) -> None:
    times = []
    for _ in range(1 if out else 15):
        started = time.perf_counter()
        weights = sample(int(neurons), float(chain))
        times.append(time.perf_counter() - started)
    if out:
        with h5py.File(out, "w") as file:
            file["weights"] = weights
        with open(out, "rb") as file:
            os.fsync(file)
    deviation = float(weights[:, : int(0.8 * int(neurons))].std())
    print(json.dumps({"seconds": min(times), "deviation": deviation}))


if __name__ == "__main__":
    main(*sys.argv[1:])
