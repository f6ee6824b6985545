"""Opens a canonical Engram file with the peers' own readers and compares what they say with what was written.

Usage: python open_canonical.py FOLDER, with six.h5, circuit_config.json and the types tables in it.
Prints one line for each peer and exits with 1 when one of them disagrees or refuses. Test data only.
"""
import os
import sys

import numpy as np
from six_neurons import NAME, SPIKES, W, check_bluepysnap, check_bmtk, check_libsonata, run

folder = sys.argv[1]
path = os.path.join(folder, "six.h5")


def with_h5py():
    import h5py

    with h5py.File(path, "r") as f:
        assert f.attrs["magic"] == 0x0A7A and list(f.attrs["version"]) == [0, 1]
        assert f["engram"].attrs["schema_version"] == "1.0.0"
        assert f["nodes/cortex/0/@library/cell_type"].asstr()[:].tolist() == ["exc", "inh"]
        assert f["edges"][NAME]["0/syn_weight"].attrs["units"] == "nS"


def with_libsonata():
    import libsonata

    check_libsonata(
        libsonata.NodeStorage(path).open_population("cortex"), libsonata.EdgeStorage(path).open_population(NAME), 1e-15)
    spikes = libsonata.SpikeReader(path)["cortex"]
    assert spikes.sorting == "by_id" and [(int(i), float(t)) for i, t in spikes.get()] == [
        (i, t) for i, times in SPIKES.items() for t in times]
    report = libsonata.SomaReportReader(path)["cortex"]
    assert report.times == (0.0, 0.5, 0.1) and report.data_units == "mV"
    np.testing.assert_array_equal(report.get().data, np.arange(30, dtype=np.float32).reshape(5, 6))


def with_bmtk():
    from bmtk.utils.reports.compartment import CompartmentReport
    from bmtk.utils.reports.spike_trains import SpikeTrains

    spikes = SpikeTrains.from_sonata(path)
    assert list(spikes.get_times(node_id=5, population="cortex")) == [0.5, 2.0, 9.0]
    report = CompartmentReport(path, "r", population="cortex")
    np.testing.assert_array_equal(report.data(node_id=2).ravel(), [2, 8, 14, 20, 26])
    check_bmtk([path], [os.path.join(folder, f"{kind}_types.csv") for kind in ("node", "edge")], 1e-15)


def with_bluepysnap():
    check_bluepysnap(os.path.join(folder, "circuit_config.json"))


def with_anndata():
    import h5py
    from anndata.io import read_elem

    with h5py.File(path, "r") as f:
        matrix = read_elem(f["engram/connectivity/W"])
        assert matrix.format == "csr"
        np.testing.assert_allclose(matrix.toarray(), W, rtol=0, atol=1e-15)


run(dict(globals()))
