"""Variance of each unit and the ten leading modes: as a plugin, or alone with `trace_modes.py IN.h5 OUT.h5`."""

import sys

import h5py
import numpy as np


def modes(values):
    centred = values - values.mean(axis=0)
    covariance = centred.T @ centred / len(values)
    return np.diag(covariance), np.linalg.eigvalsh(covariance)[::-1][:10]


def alone(source, target):
    with h5py.File(source) as file:
        variance, leading = modes(file["values"][()])
    with h5py.File(target, "w") as file:
        file["variance"], file["modes"] = variance, leading


def analyse(inputs, outputs, parameters):
    variance, leading = modes(inputs.numbers("values"))
    outputs.put("variance", variance)
    outputs.put("modes", leading)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        alone(*sys.argv[1:])
    else:
        import engram_plugin

        engram_plugin.run_analysis(analyse)
