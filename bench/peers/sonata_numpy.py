"""A SciPy CSR archive to SONATA edges with both indices, with h5py and argsort. Usage: sonata_numpy.py IN.npz OUT.h5"""

import sys
from pathlib import Path

import h5py
import numpy as np
from scipy import sparse

sys.path.insert(0, str(Path(__file__).parent.parent))
from inputs import index


if __name__ == "__main__":
    # Rows are presynaptic: edges have to be sorted by their target.
    matrix = sparse.load_npz(sys.argv[1]).tocoo()
    order = np.argsort(matrix.col, kind="stable")
    source, target, weight = matrix.row[order], matrix.col[order], matrix.data[order]
    count = matrix.shape[0]
    with h5py.File(sys.argv[2], "w") as file:
        nodes = file.create_group("nodes/p")
        nodes["node_type_id"] = np.full(count, -1, np.int64)
        nodes["node_id"] = np.arange(count, dtype=np.uint64)
        edges = file.create_group("edges/p__p__chemical")
        for name, ids in [("source_node_id", source), ("target_node_id", target)]:
            edges[name] = ids.astype(np.uint64)
            edges[name].attrs["node_population"] = "p"
        edges["edge_type_id"] = np.full(len(source), -1, np.int32)
        edges["edge_group_id"] = np.zeros(len(source), np.uint16)
        edges["edge_group_index"] = np.arange(len(source), dtype=np.uint32)
        edges["0/syn_weight"] = weight
        index(edges.create_group("indices/source_to_target"), source, count)
        index(edges.create_group("indices/target_to_source"), target, count)
