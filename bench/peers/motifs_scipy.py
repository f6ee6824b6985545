"""Means, variances and motif correlations by cell type, with NumPy and SciPy's sparse matrices, centring by algebra
so that nothing dense of size N x N is made. Usage: motifs_scipy.py FILE [ROUNDS]; prints JSON, with the seconds
of the fastest round."""

import json
import sys
import time

import h5py
import numpy as np
from scipy import sparse


def load(path: str):
    with h5py.File(path) as file:
        edges = file["edges/cortex__cortex__chemical"]
        nodes = file["nodes/cortex"]
        count = len(nodes["node_id"])
        types = nodes["0/cell_type"][:]
        # Connections are stored by target, so that rows need no sorting.
        pointers = np.zeros(count + 1, np.int32)
        np.cumsum(np.bincount(edges["target_node_id"][:], minlength=count), out=pointers[1:])
        source = edges["source_node_id"][:].astype(np.int32)
        weight = edges["0/syn_weight"][:].astype(np.float64)
    return sparse.csr_array((weight, source, pointers), shape=(count, count)), types


def motifs(matrix, types):
    groups = int(types.max()) + 1
    member = sparse.csr_array((np.ones(len(types)), (np.arange(len(types)), types)))
    onehot = member.toarray()
    sizes = onehot.sum(0)
    same = np.eye(groups)
    pairs = np.outer(sizes, sizes) - np.diag(sizes)

    rows = matrix @ onehot  # [post, q]
    columns = matrix.T @ onehot  # [pre, p]
    mean = onehot.T @ rows / pairs
    squares = matrix.copy()
    squares.data **= 2
    square_sum = onehot.T @ (squares @ onehot)
    variance = square_sum / pairs - mean**2
    deviation = np.sqrt(variance)
    both = onehot.T @ (matrix.multiply(matrix.T) @ onehot)
    reciprocal_sum = both - pairs * mean * mean.T

    rows -= (mean[types] * (sizes - same[types]))  # centred row sums R_q
    columns -= (mean.T[types] * (sizes - same[types]))  # centred column sums C_p
    result = {"mu": mean, "var": variance, "rec": reciprocal_sum / pairs / (deviation * deviation.T)}
    chain = np.empty((groups, groups, groups))
    convergent, divergent = chain.copy(), chain.copy()
    squared = pairs * variance
    for p in range(groups):
        for k in range(groups):
            for q in range(groups):
                middle = types == k
                number = sizes[k] * (sizes[p] - same[p, k]) * (sizes[q] - same[q, k])
                number -= same[p, q] * pairs[p, k]
                total = columns[middle, p] @ rows[middle, q] - same[p, q] * reciprocal_sum[p, k]
                chain[p, k, q] = total / number / (deviation[p, k] * deviation[k, q])

                # con[p, q, k]: two inputs of one neuron in p, from q and from k.
                inputs = types == p
                number = sizes[p] * (sizes[q] - same[q, p]) * (sizes[k] - same[k, p]) - same[q, k] * pairs[p, q]
                total = rows[inputs, q] @ rows[inputs, k] - same[q, k] * squared[p, q]
                convergent[p, q, k] = total / number / (deviation[p, q] * deviation[p, k])

                # div[p, k, q]: two outputs of one neuron in q, to p and to k.
                outputs = types == q
                number = sizes[q] * (sizes[p] - same[p, q]) * (sizes[k] - same[k, q]) - same[p, k] * pairs[p, q]
                total = columns[outputs, p] @ columns[outputs, k] - same[p, k] * squared[p, q]
                divergent[p, k, q] = total / number / (deviation[p, q] * deviation[k, q])
    return result | {"chn": chain, "con": convergent, "div": divergent}


def main(path: str, rounds: str = "1") -> None:
    matrix, types = load(path)
    seconds = float("inf")
    for _ in range(int(rounds)):
        start = time.perf_counter()
        found = motifs(matrix, types)
        seconds = min(seconds, time.perf_counter() - start)
    print(json.dumps({name: value.tolist() for name, value in found.items()} | {"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
