"""A SciPy CSR archive to SONATA with bmtk's own builder, both indices. Usage: sonata_bmtk.py IN.npz FOLDER"""

import sys

import numpy as np
from bmtk.builder import NetworkBuilder
from scipy import sparse

if __name__ == "__main__":
    # Rows are presynaptic. A row at a time, which is the builder's fastest way for connections that are known.
    matrix = sparse.load_npz(sys.argv[1]).tocsr()
    first, ids, weights = matrix.indptr, matrix.indices, matrix.data
    count = matrix.shape[0]

    def row(source, targets):
        found = np.zeros(count, np.int64)
        found[ids[first[source.node_id] : first[source.node_id + 1]]] = 1
        return found

    def weight(source, target):
        start, stop = first[source["node_id"]], first[source["node_id"] + 1]
        return weights[start + np.searchsorted(ids[start:stop], target["node_id"])]

    network = NetworkBuilder("p")
    network.add_nodes(N=count)
    edges = network.add_edges(connection_rule=row, iterator="one_to_all")
    edges.add_properties("syn_weight", rule=weight, dtypes=float)
    network.build()
    network.save(output_dir=sys.argv[2], compression="none")
