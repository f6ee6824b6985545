"""Conductance-driven neurons as a C++ program of Brian 2, built but not run: Euler's method throughout, which is Brian's
leanest for noise. Usage: lif_brian.py DIRECTORY NEURONS THREADS; the program DIRECTORY/main writes results/rate."""

import sys

from brian2 import (NeuronGroup, SpikeMonitor, defaultclock, device, ms, mV, nS, pF, prefs, run, set_device)


def main(directory: str, neurons: str, threads: str) -> None:
    set_device("cpp_standalone", build_on_run=False)
    prefs.devices.cpp_standalone.openmp_threads = int(threads)
    defaultclock.dt = 0.01 * ms
    charge, rate, decay = (4.0, 10.0), (4.5, 3.0), 0.5
    mean = [q * r for q, r in zip(charge, rate)]
    spread = [q * (r / (2 * decay)) ** 0.5 for q, r in zip(charge, rate)]
    names = {"C": 250 * pF, "gL": 12.5 * nS, "EL": -70 * mV, "Ee": 0 * mV, "Ei": -80 * mV, "tau": decay * ms,
             "me": mean[0] * nS, "mi": mean[1] * nS, "se": spread[0] * nS, "si": spread[1] * nS}
    group = NeuronGroup(
        int(neurons),
        """dv/dt = (gL*(EL - v) + ge*(Ee - v) + gi*(Ei - v))/C : volt (unless refractory)
           dge/dt = (me - ge)/tau + se*sqrt(2/tau)*xi_e : siemens
           dgi/dt = (mi - gi)/tau + si*sqrt(2/tau)*xi_i : siemens""",
        threshold="v >= -50*mV", reset="v = -60*mV", refractory=2 * ms, method="euler", namespace=names)
    group.v, group.ge, group.gi = names["EL"], names["me"], names["mi"]
    monitor = SpikeMonitor(group, record=False)
    run(1000 * ms, namespace=names)
    device.build(directory=directory, compile=True, run=False)
    print(monitor.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
