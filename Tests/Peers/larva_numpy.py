#!/usr/bin/env python3
"""Compares `engram analyze` on the larval mushroom body with NumPy (needs numpy and h5py), to 1e-9.

Motif statistics from row and column sums, eigenvalues by LAPACK, both from the stored edge list.
Usage: Tests/Peers/larva_numpy.py [ENGRAM] [FILE]
"""

import json
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

engram = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".build/release/engram")
path = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "datasets/larva-mushroom-body.h5")


def analyze(name):
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [engram, "analyze", name, path, "--json"], capture_output=True, check=True, cwd=folder)
    return json.loads(answer.stdout)["values"]


def numbers(entry):
    flat = np.ravel(np.array(entry["value"], dtype=object))
    return np.array([v if isinstance(v, (int, float)) else np.nan for v in flat], float).reshape(entry["shape"])


with h5py.File(path) as file:
    edges = file["edges/mushroom_body__mushroom_body__chemical"]
    nodes = file["nodes/mushroom_body/0"]
    types = nodes["@library/cell_type"].asstr()[:][nodes["cell_type"][:]]
    J = np.zeros((len(types), len(types)))
    np.add.at(J, (edges["target_node_id"][:], edges["source_node_id"][:]), edges["0/nsyns"][:])

ours = analyze("motif-statistics")
groups = [np.where(types == name)[0] for name in ours["type_names"]["value"]]
P, W, Z = len(groups), 1 - np.eye(len(J)), np.zeros_like(J)
theirs = {name: np.full((P,) * rank, np.nan) for name, rank in [
    ("mean", 2), ("variance", 2), ("reciprocal", 2), ("chain", 3), ("convergent", 3), ("divergent", 3)]}
for p in range(P):
    for q in range(P):
        block = np.ix_(groups[p], groups[q])
        weight = W[block]
        mean = (J[block] * weight).sum() / weight.sum()
        Z[block] = (J[block] - mean) * weight
        theirs["mean"][p, q], theirs["variance"][p, q] = mean, (Z[block] ** 2).sum() / weight.sum()
sd = np.sqrt(theirs["variance"])


def pair(X, p, q):
    return (X[np.ix_(groups[p], groups[q])] * X[np.ix_(groups[q], groups[p])].T).sum()


def square(X, p, q):
    return (X[np.ix_(groups[p], groups[q])] ** 2).sum()


def row(X, q):
    return X[:, groups[q]].sum(1)


def column(X, p):
    return X[groups[p]].sum(0)


with np.errstate(all="ignore"):
    for p in range(P):
        for q in range(P):
            theirs["reciprocal"][p, q] = pair(Z, p, q) / pair(W, p, q) / sd[p, q] / sd[q, p]
            for k in range(P):
                chain = [(column(X, p) * row(X, q))[groups[k]].sum() - (p == q) * pair(X, p, k) for X in (Z, W)]
                theirs["chain"][p, k, q] = chain[0] / chain[1] / sd[p, k] / sd[k, q]
                both = [(row(X, q) * row(X, k))[groups[p]].sum() - (q == k) * square(X, p, q) for X in (Z, W)]
                theirs["convergent"][p, q, k] = both[0] / both[1] / sd[p, q] / sd[p, k]
                both = [(column(X, p) * column(X, k))[groups[q]].sum() - (p == k) * square(X, p, q) for X in (Z, W)]
                theirs["divergent"][p, k, q] = both[0] / both[1] / sd[p, q] / sd[k, q]

failed = 0


def compare(name, difference, count):
    global failed
    failed += not difference < 1e-9
    print(f"{name:12} {count:4} numbers, largest difference {difference:.1e}")


for name, expected in theirs.items():
    found = numbers(ours[name])
    defined = np.isfinite(found) & np.isfinite(expected)
    assert (np.isfinite(found) == np.isfinite(expected)).all(), f"{name} is defined elsewhere"
    compare(name, np.abs(found - expected)[defined].max(), defined.sum())
found = numbers(analyze("dominant-eigenvalues")["eigenvalues"]) @ [1, 1j]
expected = np.linalg.eigvals(J)
compare("eigenvalues", max(np.abs(expected - value).min() for value in found), len(found))
assert np.isclose(np.abs(found), np.sort(np.abs(expected))[::-1][: len(found)], atol=1e-9).all()
sys.exit(1 if failed else 0)
