"""Opens a canonical Engram file with the peers' own readers and compares what they say with what was written.

Usage: python open_canonical.py FOLDER, with six.h5, circuit_config.json and the types tables in it.
Prints one line for each peer and exits with 1 when one of them disagrees or refuses. Test data only.
"""
import os
import subprocess
import sys

import numpy as np

folder = sys.argv[1]
path = os.path.join(folder, "six.h5")
W = np.zeros((6, 6))
for source, target, weight in [(4, 3, -2), (3, 1, 0.1), (3, 1, 0.2), (1, 0, 0.5), (2, 0, 0.25), (5, 0, -1), (0, 1, 0.5), (0, 5, 0.3)]:
    W[target, source] += weight
SPIKES = [(0, 1.0), (0, 7.5), (2, 3.25), (5, 0.5), (5, 2.0), (5, 9.0)]
NAME = "cortex__cortex__chemical"


def with_h5py():
    import h5py

    with h5py.File(path, "r") as f:
        assert f.attrs["magic"] == 0x0A7A and list(f.attrs["version"]) == [0, 1]
        assert f["engram"].attrs["schema_version"] == "1.0.0"
        assert f["nodes/cortex/0/@library/cell_type"].asstr()[:].tolist() == ["exc", "inh"]
        assert f["edges"][NAME]["0/syn_weight"].attrs["units"] == "nS"


def with_libsonata():
    import libsonata

    nodes = libsonata.NodeStorage(path).open_population("cortex")
    assert nodes.size == 6
    assert list(nodes.get_attribute("cell_type", nodes.select_all())) == ["exc"] * 4 + ["inh"] * 2
    edges = libsonata.EdgeStorage(path).open_population(NAME)
    every = edges.select_all()
    weights = np.zeros((6, 6))
    np.add.at(weights, (edges.target_nodes(every), edges.source_nodes(every)), edges.get_attribute("syn_weight", every))
    np.testing.assert_allclose(weights, W, rtol=0, atol=1e-15)
    assert edges.afferent_edges([0]).flat_size == 3 and edges.efferent_edges([0]).flat_size == 2
    spikes = libsonata.SpikeReader(path)["cortex"]
    assert spikes.sorting == "by_id" and [(int(i), float(t)) for i, t in spikes.get()] == SPIKES
    report = libsonata.SomaReportReader(path)["cortex"]
    assert report.times == (0.0, 0.5, 0.1) and report.data_units == "mV"
    np.testing.assert_array_equal(report.get().data, np.arange(30, dtype=np.float32).reshape(5, 6))


def with_bmtk():
    from bmtk.utils.reports.compartment import CompartmentReport
    from bmtk.utils.reports.spike_trains import SpikeTrains
    from bmtk.utils.sonata import File

    spikes = SpikeTrains.from_sonata(path)
    assert list(spikes.get_times(node_id=5, population="cortex")) == [0.5, 2.0, 9.0]
    report = CompartmentReport(path, "r", population="cortex")
    np.testing.assert_array_equal(report.data(node_id=2).ravel(), [2, 8, 14, 20, 26])
    circuit = File(
        data_files=[path],
        data_type_files=[os.path.join(folder, "node_types.csv"), os.path.join(folder, "edge_types.csv")],
    )
    weights = np.zeros((6, 6))
    for target in range(6):
        for edge in circuit.edges[NAME].get_target(target):
            weights[edge.target_node_id, edge.source_node_id] += edge["syn_weight"]
    np.testing.assert_allclose(weights, W, rtol=0, atol=1e-15)


def with_bluepysnap():
    import bluepysnap

    config = os.path.join(folder, "circuit_config.json")
    circuit = bluepysnap.Circuit(config)
    assert circuit.nodes["cortex"].size == 6
    assert circuit.edges[NAME].size == 8
    command = [sys.executable, "-m", "bluepysnap.cli", "validate-circuit", config]
    done = subprocess.run(command, capture_output=True, text=True)
    if "No module" in done.stderr or done.returncode != 0:
        script = os.path.join(os.path.dirname(sys.executable), "bluepysnap")
        done = subprocess.run([script, "validate-circuit", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def with_anndata():
    import h5py
    from anndata.io import read_elem

    with h5py.File(path, "r") as f:
        matrix = read_elem(f["engram/connectivity/W"])
        assert matrix.format == "csr"
        np.testing.assert_allclose(matrix.toarray(), W, rtol=0, atol=1e-15)


failed = False
for name, check in [(k[5:], v) for k, v in list(globals().items()) if k.startswith("with_")]:
    try:
        check()
        print(f"{name}: opens it and reads what was written")
    except ImportError as error:
        print(f"{name}: not installed ({error.name}), skipped")
    except Exception as error:
        failed = True
        print(f"{name}: {type(error).__name__}: {error}")
sys.exit(failed)
