"""Converts a shipped sample with the built `engram` and opens the results with the peers' own readers.

Usage: python open_converted.py [ENGRAM [SAMPLE]]: the command (default .build/release/engram) and a canonical file with
neurons `cortex`, connections, spikes and a report (default: the six-neuron reference beside the repository).
Prints one line for each peer and exits with 1 when one of them disagrees or refuses. Test data only.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from six_neurons import NAME, SPIKES, check_bluepysnap, check_bmtk, check_libsonata, run

ENGRAM = sys.argv[1] if len(sys.argv) > 1 else ".build/release/engram"
SAMPLE = sys.argv[2] if len(sys.argv) > 2 else "../shared/samples/engram_reference/superset_example.h5"
FLOAT32 = 1e-7  # the sample's weights

scratch = tempfile.TemporaryDirectory()
for target in ["sonata", "nwb"]:
    words = [ENGRAM, "convert", SAMPLE, "--to", target, "--out", scratch.name, "--dt", "0.1"]
    words += ["--object", "cortex", "--object", NAME] if target == "sonata" else []
    subprocess.run(words, check=True, capture_output=True)
stem = os.path.splitext(os.path.basename(SAMPLE))[0]
CIRCUIT = os.path.join(scratch.name, stem + ".sonata")
NWB = os.path.join(scratch.name, stem + ".nwb")


def with_libsonata():
    import libsonata

    config = libsonata.CircuitConfig.from_file(os.path.join(CIRCUIT, "circuit_config.json"))
    check_libsonata(config.node_population("cortex"), config.edge_population(NAME), FLOAT32)
    spikes = libsonata.SpikeReader(os.path.join(CIRCUIT, "spikes.h5"))["cortex"]
    assert spikes.sorting == "by_id"
    assert [(int(i), float(t)) for i, t in spikes.get()] == [(i, t) for i, times in SPIKES.items() for t in times]
    report = libsonata.SomaReportReader(os.path.join(CIRCUIT, "reports.h5"))["cortex"]
    assert report.data_units == "mV" and report.times[0] == 0.0


def with_bmtk():
    from bmtk.utils.reports.spike_trains import SpikeTrains

    spikes = SpikeTrains.from_sonata(os.path.join(CIRCUIT, "spikes.h5"))
    for node, times in SPIKES.items():
        assert list(spikes.get_times(node_id=node, population="cortex")) == times
    check_bmtk(
        [os.path.join(CIRCUIT, "nodes.h5"), os.path.join(CIRCUIT, "edges.h5")],
        [os.path.join(CIRCUIT, "cortex_node_types.csv"), os.path.join(CIRCUIT, NAME + "_edge_types.csv")], FLOAT32)


def with_bluepysnap():
    check_bluepysnap(os.path.join(CIRCUIT, "circuit_config.json"))


def with_pynwb():
    import pynwb

    with pynwb.NWBHDF5IO(NWB, "r") as io:
        file = io.read()
        units = file.units.to_dataframe()
        assert list(units.index) == list(range(6))
        for node, times in units["spike_times"].items():
            np.testing.assert_allclose(times, np.array(SPIKES.get(node, [])) / 1000, rtol=1e-15)
        assert list(units["cell_type"]) == ["exc"] * 4 + ["inh"] * 2
        series = file.acquisition["cortex"]
        assert series.unit == "volts" and series.conversion == 1e-3 and series.data.shape[1] == 6
    errors = pynwb.validate(path=NWB)
    errors = errors[0] if isinstance(errors, tuple) else errors
    assert not errors, errors


def with_nwbinspector():
    from nwbinspector import inspect_nwbfile

    found = list(inspect_nwbfile(nwbfile_path=NWB))
    # The sample names no subject, and has more neurons than frames, which looks like a turned array.
    expected = ("check_subject_exists", "check_data_orientation")
    grave = [m for m in found if m.importance.name in ("CRITICAL", "PYNWB_VALIDATION", "ERROR")]
    grave = [m for m in grave if m.check_function_name not in expected]
    assert not grave, json.dumps([f"{m.check_function_name}: {m.message}" for m in grave])


run(dict(globals()))
