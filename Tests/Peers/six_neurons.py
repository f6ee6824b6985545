"""What the scripts beside this one have in common: the six-neuron network of the samples, and how checks are run."""
import sys

import numpy as np

NAME = "cortex__cortex__chemical"
EDGES = [(4, 3, -2), (3, 1, 0.1), (3, 1, 0.2), (1, 0, 0.5), (2, 0, 0.25), (5, 0, -1), (0, 1, 0.5), (0, 5, 0.3)]
SPIKES = {0: [1.0, 7.5], 2: [3.25], 5: [0.5, 2.0, 9.0]}


def summed(edges):
    """The matrix [post, pre] of edges (pre, post, weight), several of one pair added."""
    weights = np.zeros((6, 6))
    for source, target, weight in edges:
        weights[target, source] += weight
    return weights


W = summed(EDGES)


def check_libsonata(nodes, edges, rtol):
    """What libsonata says of the network's populations."""
    assert nodes.size == 6
    assert list(nodes.get_attribute("cell_type", nodes.select_all())) == ["exc"] * 4 + ["inh"] * 2
    every = edges.select_all()
    found = zip(edges.source_nodes(every), edges.target_nodes(every), edges.get_attribute("syn_weight", every))
    np.testing.assert_allclose(summed(found), W, rtol=rtol)
    assert edges.afferent_edges([0]).flat_size == 3 and edges.efferent_edges([0]).flat_size == 2


def check_bmtk(data_files, data_type_files, rtol):
    """What bmtk's reader says of the network."""
    from bmtk.utils.sonata import File

    circuit = File(data_files=data_files, data_type_files=data_type_files)
    edges = [edge for target in range(6) for edge in circuit.edges[NAME].get_target(target)]
    found = [(edge.source_node_id, edge.target_node_id, edge["syn_weight"]) for edge in edges]
    np.testing.assert_allclose(summed(found), W, rtol=rtol)


def check_bluepysnap(config):
    """Whether bluepysnap opens a circuit, and its own validation passes it."""
    import os
    import subprocess

    import bluepysnap

    circuit = bluepysnap.Circuit(config)
    assert circuit.nodes["cortex"].size == 6 and circuit.edges[NAME].size == 8
    script = os.path.join(os.path.dirname(sys.executable), "bluepysnap")
    done = subprocess.run([script, "validate-circuit", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def run(names):
    """Calls every function `with_PEER` of `names`, prints a line for each, and ends with 1 when one fails."""
    failed = False
    for name, check in [(k.removeprefix("with_"), v) for k, v in names.items() if k.startswith("with_")]:
        try:
            check()
            print(f"{name}: opens it and reads what was written")
        except ImportError as error:
            print(f"{name}: not installed ({error.name}), skipped")
        except Exception as error:
            failed = True
            print(f"{name}: {type(error).__name__}: {error}")
    sys.exit(failed)
