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

ENGRAM = sys.argv[1] if len(sys.argv) > 1 else ".build/release/engram"
SAMPLE = sys.argv[2] if len(sys.argv) > 2 else "../shared/samples/engram_reference/superset_example.h5"
SPIKES = {0: [1.0, 7.5], 2: [3.25], 5: [0.5, 2.0, 9.0]}
NAME = "cortex__cortex__chemical"
W = np.zeros((6, 6))
for source, target, weight in [(4, 3, -2), (3, 1, 0.1), (3, 1, 0.2), (1, 0, 0.5), (2, 0, 0.25), (5, 0, -1), (0, 1, 0.5), (0, 5, 0.3)]:
    W[target, source] += weight

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
    nodes = config.node_population("cortex")
    assert nodes.size == 6
    assert list(nodes.get_attribute("cell_type", nodes.select_all())) == ["exc"] * 4 + ["inh"] * 2
    edges = config.edge_population(NAME)
    every = edges.select_all()
    weights = np.zeros((6, 6))
    np.add.at(weights, (edges.target_nodes(every), edges.source_nodes(every)), edges.get_attribute("syn_weight", every))
    np.testing.assert_allclose(weights, W, rtol=1e-7)  # the sample has float32
    assert edges.afferent_edges([0]).flat_size == 3 and edges.efferent_edges([0]).flat_size == 2
    spikes = libsonata.SpikeReader(os.path.join(CIRCUIT, "spikes.h5"))["cortex"]
    assert spikes.sorting == "by_id"
    assert [(int(i), float(t)) for i, t in spikes.get()] == [(i, t) for i, times in SPIKES.items() for t in times]
    report = libsonata.SomaReportReader(os.path.join(CIRCUIT, "reports.h5"))["cortex"]
    assert report.data_units == "mV" and report.times[0] == 0.0


def with_bmtk():
    from bmtk.utils.reports.spike_trains import SpikeTrains
    from bmtk.utils.sonata import File

    spikes = SpikeTrains.from_sonata(os.path.join(CIRCUIT, "spikes.h5"))
    for node, times in SPIKES.items():
        assert list(spikes.get_times(node_id=node, population="cortex")) == times
    circuit = File(
        data_files=[os.path.join(CIRCUIT, "nodes.h5"), os.path.join(CIRCUIT, "edges.h5")],
        data_type_files=[
            os.path.join(CIRCUIT, "cortex_node_types.csv"), os.path.join(CIRCUIT, NAME + "_edge_types.csv"),
        ],
    )
    weights = np.zeros((6, 6))
    for target in range(6):
        for edge in circuit.edges[NAME].get_target(target):
            weights[edge.target_node_id, edge.source_node_id] += edge["syn_weight"]
    np.testing.assert_allclose(weights, W, rtol=1e-7)  # the sample has float32


def with_bluepysnap():
    import bluepysnap

    config = os.path.join(CIRCUIT, "circuit_config.json")
    circuit = bluepysnap.Circuit(config)
    assert circuit.nodes["cortex"].size == 6 and circuit.edges[NAME].size == 8
    script = os.path.join(os.path.dirname(sys.executable), "bluepysnap")
    done = subprocess.run([script, "validate-circuit", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


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
