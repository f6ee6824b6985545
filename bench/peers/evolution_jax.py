"""Losses of a population of Morris-Lecar networks with JAX under jit (scan over steps, vmap over members), as one evolution
iteration needs them, in float32. Usage: evolution_jax.py MEMBERS TRIALS NEURONS STEPS THREADS; prints JSON with the seconds of
each of three iterations after the one that compiles."""

import json
import os
import sys
import time

members, trials, neurons, steps, threads = map(int, sys.argv[1:])
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))

import jax
import jax.numpy as jnp

WINDOW, HOLD, DT = 100, 40, 0.1


def loss(w_in, w_rec, w_out, x, labels, start):
    def step(state, t):
        v, w, s, total = state
        drive = jax.lax.dynamic_index_in_dim(drives, t // HOLD, 0, False)
        current = 36.75 * (drive + s @ w_rec + 0.1) + 39.9
        m = 0.5 * (1 + jnp.tanh((v + 1.2) / 18))
        target = 0.5 * (1 + jnp.tanh((v - 12) / 17))
        tau = 1 / (2 / 30 * jnp.cosh((v - 12) / 34))
        w = (target * DT + (tau - DT / 2) * w) / (tau + DT / 2)
        g = (4 * m + 8 * w + 2) / 20
        e = (4 * 120 * m - 8 * 84 * w - 2 * 60 + current) / 20
        v = (v * (1 - DT * g / 2) + DT * e) / (1 + DT * g / 2)
        s = jax.nn.sigmoid((v + 3) / 8)
        return (v, w, s, total + jnp.where(t >= steps - WINDOW, s, 0)), None

    drives = jnp.einsum("twc,cn->wtn", x, w_in)
    state = (start, jnp.full_like(start, 0.014173), jnp.zeros_like(start), jnp.zeros_like(start))
    (_, _, _, total), _ = jax.lax.scan(step, state, jnp.arange(steps))
    logs = jax.nn.log_softmax(total / WINDOW @ w_out)
    return -jnp.take_along_axis(logs, labels[:, None], 1).mean()


@jax.jit
def iteration(key, w_in, w_rec, w_out, x, labels):
    a, b = jax.random.split(key)
    noise = 0.1 * jax.random.normal(a, (members, neurons, neurons))
    start = -20 + 5 * jax.random.normal(b, (trials, neurons))
    losses = jax.vmap(lambda n: loss(w_in, w_rec + n, w_out, x, labels, start))(noise)
    return jnp.tensordot(losses, noise, 1) / members / 0.01, losses.mean()


def main():
    keys = jax.random.split(jax.random.key(1), 9)
    words = -(-steps // HOLD)
    w_in = 0.1 + jax.random.uniform(keys[0], (50, neurons), minval=-1) / neurons**0.5
    w_rec = 1e-3 + jax.random.uniform(keys[1], (neurons, neurons), minval=-1) / neurons**0.5
    w_out = 0.1 + jax.random.uniform(keys[2], (neurons, 3), minval=-1) / 3**0.5
    x = jax.random.bernoulli(keys[3], 0.5, (trials, words, 50)).astype(jnp.float32) / 5
    labels = jax.random.randint(keys[4], (trials,), 0, 3)
    seconds = []
    for key in keys[5:]:
        begin = time.perf_counter()
        estimate, mean = iteration(key, w_in, w_rec, w_out, x, labels)
        estimate.block_until_ready()
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"seconds": seconds[1:], "loss": float(mean)}))


if __name__ == "__main__":
    main()
