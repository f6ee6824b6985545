"""A balanced network of excitatory and inhibitory neurons, simulated by NEST 3.10 (PyPI: nest-simulator).

Brunel's network (J. Comput. Neurosci. 8:183, 2000, model A) at 1000 neurons, with lognormal weights:
leaky integrate-and-fire neurons with delta synapses, fixed in-degree, independent Poisson drive.
Writes connections.tsv (source, target, weight in mV, delay in ms) and spikes.tsv (sender, time in ms),
with neurons numbered from 0, excitatory ones first.  Usage: balanced-network.py FOLDER
"""

import sys
from pathlib import Path

import nest
import numpy as np

EXCITATORY, INHIBITORY = 800, 200
FROM_EXCITATORY, FROM_INHIBITORY = 40, 10  # inputs of each neuron: 5 % of each population
JUMP, SPREAD = 0.5, 0.5  # mean excitatory jump in mV; sigma of its logarithm
INHIBITION = 6.0  # how much stronger an inhibitory jump is
DRIVE = 0.85  # external rate over the rate that reaches threshold on average
WARM_UP, DURATION = 500.0, 5000.0  # ms; the warm-up is not recorded
NEURON = {
    "tau_m": 20.0, "C_m": 1.0, "t_ref": 2.0, "E_L": 0.0, "V_th": 20.0, "V_reset": 10.0, "V_m": 0.0,
}


def main(folder: Path) -> None:
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = 0.1
    nest.local_num_threads = 1
    nest.rng_seed = 2000
    excitatory = nest.Create("iaf_psc_delta", EXCITATORY, NEURON)
    inhibitory = nest.Create("iaf_psc_delta", INHIBITORY, NEURON)
    neurons = excitatory + inhibitory
    neurons.V_m = nest.random.uniform(0.0, 20.0)

    jump = nest.random.lognormal(mean=np.log(JUMP) - SPREAD**2 / 2, std=SPREAD)
    delay = nest.random.uniform_int(20) * 0.1 + 0.5  # 0.5 to 2.4 ms
    rule = {"rule": "fixed_indegree", "allow_autapses": False, "allow_multapses": False}
    nest.Connect(excitatory, neurons, rule | {"indegree": FROM_EXCITATORY}, {"weight": jump, "delay": delay})
    nest.Connect(inhibitory, neurons, rule | {"indegree": FROM_INHIBITORY},
                 {"weight": -INHIBITION * jump, "delay": delay})

    threshold_rate = NEURON["V_th"] / (JUMP * NEURON["tau_m"]) * 1000  # jumps per second
    poisson = nest.Create("poisson_generator", params={"rate": DRIVE * threshold_rate})
    nest.Connect(poisson, neurons, syn_spec={"weight": JUMP, "delay": 0.5})
    recorder = nest.Create("spike_recorder", params={
        "start": WARM_UP, "stop": WARM_UP + DURATION - nest.resolution,  # the window is half-open
    })
    nest.Connect(neurons, recorder)
    nest.Simulate(WARM_UP + DURATION)

    links = nest.GetConnections(neurons, neurons).get(["source", "target", "weight", "delay"])
    order = np.lexsort((links["source"], links["target"]))
    with open(folder / "connections.tsv", "w") as out:
        for i in order:
            out.write(f"{links['source'][i] - 1}\t{links['target'][i] - 1}"
                      f"\t{links['weight'][i]:.9g}\t{links['delay'][i]:.9g}\n")
    senders, times = recorder.events["senders"] - 1, recorder.events["times"] - WARM_UP
    with open(folder / "spikes.tsv", "w") as out:
        for i in np.lexsort((times, senders)):
            out.write(f"{senders[i]}\t{times[i]:.1f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
