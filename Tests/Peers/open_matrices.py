"""Converts a small network with the built `engram` and opens the results with NumPy, SciPy, anndata and hdf5storage.

Usage: python open_matrices.py [ENGRAM]: the command (default .build/release/engram). Prints one line for each peer and exits
with 1 when one of them disagrees or refuses; a peer that is not installed is named as skipped. Test data only.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
from six_neurons import run

ENGRAM = sys.argv[1] if len(sys.argv) > 1 else ".build/release/engram"
scratch = tempfile.TemporaryDirectory()
EDGES = os.path.join(scratch.name, "network.csv")
SPIKES = os.path.join(scratch.name, "spikes.csv")
generator = np.random.default_rng(7)
pre, post = generator.integers(0, 40, 300), generator.integers(0, 40, 300)
pre[0] = 0
weight = generator.standard_normal(300)
W = np.zeros((40, 40))
np.add.at(W, (post, pre), weight)
with open(EDGES, "w") as file:
    file.write("pre,post,weight\n")
    file.writelines(f"{i},{j},{w!r}\n" for i, j, w in zip(pre.tolist(), post.tolist(), weight.tolist()))
times, ids = np.sort(generator.uniform(0, 100, 500)), generator.integers(0, 9, 500)
with open(SPIKES, "w") as file:
    file.write("time_ms,id\n")
    file.writelines(f"{t!r},{i}\n" for t, i in zip(times.tolist(), ids.tolist()))


def convert(source, target):
    words = [ENGRAM, "convert", source, "--to", target, "--out", scratch.name, "--neurons", "40", "--overwrite"]
    subprocess.run(words, check=True, capture_output=True)


def path(name):
    return os.path.join(scratch.name, name)


def same(found):
    np.testing.assert_allclose(found, W, rtol=0, atol=1e-15)


def with_scipy():
    import scipy.io
    import scipy.sparse

    convert(EDGES, "npz")
    matrix = scipy.sparse.load_npz(path("network.npz"))
    assert matrix.format == "csr" and matrix.has_sorted_indices and matrix.indices.dtype == np.int32
    same(matrix.toarray())
    convert(EDGES, "matrix-market")
    same(scipy.io.mmread(path("network.mtx")).toarray())


def with_numpy():
    convert(SPIKES, "npz")
    arrays = np.load(path("spikes.npz"))
    found = {name.split(".")[-1]: arrays[name] for name in arrays.files}
    order = np.lexsort((times, ids))
    np.testing.assert_array_equal(found["times"], times[order])
    np.testing.assert_array_equal(found["ids"], ids[order])
    assert found["units"] == "ms" and found["neurons"] == 40


def with_anndata():
    import anndata

    convert(EDGES, "anndata")
    data = anndata.read_h5ad(path("network.h5ad"))
    same(data.X.toarray())
    assert list(data.obs_names[:3]) == ["0", "1", "2"] and data.uns["orientation"] == "post-rows"


def with_hdf5storage():
    import hdf5storage

    convert(SPIKES, "mat")
    data = hdf5storage.loadmat(path("spikes.mat"))
    trains = [np.asarray(train).ravel() for train in data["spikes"].ravel()]
    assert len(trains) == 40
    for unit in range(40):
        np.testing.assert_array_equal(trains[unit], np.sort(times[ids == unit]))


def with_h5py():
    import h5py
    import scipy.sparse

    convert(EDGES, "mat")
    with h5py.File(path("network.mat")) as file:
        name = next(name for name in file if "MATLAB_sparse" in file[name].attrs)
        group = file[name]
        assert group.attrs["MATLAB_class"] == b"double"
        rows, columns = int(group.attrs["MATLAB_sparse"]), len(group["jc"]) - 1
        matrix = scipy.sparse.csc_matrix((group["data"][:], group["ir"][:], group["jc"][:]), shape=(rows, columns))
        same(matrix.toarray())


run(dict(globals()))
