"""The balanced network of bench/balanced.yaml in NEST. Usage: balanced_nest.py NEURONS MILLISECONDS THREADS; prints JSON."""

import json
import sys
import time

import nest
import numpy


def main(neurons: int, duration: float, threads: int) -> None:
    start = time.perf_counter()
    nest.set_verbosity("M_ERROR")
    nest.set(resolution=0.1, local_num_threads=threads, rng_seed=1)
    membrane = {"C_m": 250.0, "tau_m": 20.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 2.0,
                "tau_syn_ex": 5.0, "tau_syn_in": 5.0}
    cells = nest.Create("iaf_psc_exp", neurons, params=membrane)
    cells.V_m = list(-70 + 20 * numpy.random.default_rng(1).random(neurons))
    excitatory = neurons * 8 // 10
    rule = {"rule": "pairwise_bernoulli", "p": 0.1, "allow_autapses": False}
    nest.Connect(cells[:excitatory], cells, rule, {"weight": 10.0, "delay": 1.5})
    nest.Connect(cells[excitatory:], cells, rule, {"weight": -60.0, "delay": 1.5})
    noise = nest.Create("poisson_generator", params={"rate": 10000.0})
    nest.Connect(noise, cells, syn_spec={"weight": 10.0, "delay": 1.5})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    built = time.perf_counter()
    nest.Simulate(duration)
    ended = time.perf_counter()
    print(json.dumps({"connections": nest.num_connections, "built": built - start, "simulated": ended - built,
                      "rate": 1000 * recorder.n_events / neurons / duration}))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
