"""Means, variances and motif correlations by cell type of a dense matrix in NumPy, from sums of rows and columns; cell
types lie in consecutive blocks. Usage: motifs_numpy.py FILE MATRIX TYPES [ROUNDS]; prints JSON, with the seconds of the
fastest round."""

import json
import sys
import time

import h5py
import numpy as np


def motifs(weights, sizes):
    groups = len(sizes)
    ends = np.cumsum([0, *sizes])
    parts = [slice(ends[k], ends[k + 1]) for k in range(groups)]
    pairs = np.outer(sizes, sizes) - np.diag(sizes)
    mean, variance, reciprocal = (np.zeros((groups, groups)) for _ in range(3))
    square, centred = np.zeros((groups, groups)), weights.copy()
    for p in range(groups):
        for q in range(groups):
            block = centred[parts[p], parts[q]]
            mean[p, q] = block.sum() / pairs[p, q]
            block -= mean[p, q]
    np.fill_diagonal(centred, 0)
    for p in range(groups):
        for q in range(groups):
            block = centred[parts[p], parts[q]]
            square[p, q] = np.einsum("ij,ij->", block, block)
            reciprocal[p, q] = np.einsum("ij,ji->", block, centred[parts[q], parts[p]])
    variance = square / pairs
    deviation = np.sqrt(variance)
    rows = np.stack([centred[:, part].sum(1) for part in parts], 1)
    columns = np.stack([centred[part].sum(0) for part in parts], 1)
    same = np.eye(groups)
    chain, convergent, divergent = (np.empty((groups,) * 3) for _ in range(3))
    for p in range(groups):
        for k in range(groups):
            for q in range(groups):
                number = sizes[k] * (sizes[p] - same[p, k]) * (sizes[q] - same[q, k]) - same[p, q] * pairs[p, k]
                total = columns[parts[k], p] @ rows[parts[k], q] - same[p, q] * reciprocal[p, k]
                chain[p, k, q] = total / number / (deviation[p, k] * deviation[k, q])
                # Two inputs of one neuron in p, from k and q; two outputs of one neuron in q, to p and k.
                number = pairs[p, k] * (sizes[q] - same[p, q]) - same[k, q] * pairs[p, k]
                total = rows[parts[p], k] @ rows[parts[p], q] - same[k, q] * square[p, k]
                convergent[p, k, q] = total / number / (deviation[p, k] * deviation[p, q])
                number = pairs[p, q] * (sizes[k] - same[k, q]) - same[p, k] * pairs[p, q]
                total = columns[parts[q], p] @ columns[parts[q], k] - same[p, k] * square[p, q]
                divergent[p, k, q] = total / number / (deviation[p, q] * deviation[k, q])
    return {"mu": mean, "var": variance, "rec": reciprocal / pairs / (deviation * deviation.T), "chn": chain,
            "con": convergent, "div": divergent}


def main(path: str, matrix: str, types: str, rounds: str = "1") -> None:
    with h5py.File(path) as file:
        weights = file[matrix][:]
        labels = file[types].asstr()[:]
    _, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    seconds = float("inf")
    for _ in range(int(rounds)):
        start = time.perf_counter()
        found = motifs(weights, sizes[np.argsort(first)])
        seconds = min(seconds, time.perf_counter() - start)
    print(json.dumps({name: value.tolist() for name, value in found.items()} | {"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
