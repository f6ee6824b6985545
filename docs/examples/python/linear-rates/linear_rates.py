"""Linear rate units: tau dx/dt = -x + J x + I."""

import numpy as np

import engram_plugin


class LinearRates:
    """One process serves a whole run: it is started once and moved in blocks of steps."""

    def __init__(self, inputs, parameters, random):
        self.weights = inputs.connectivity("connectivity")
        self.parameters = parameters
        self.activity = np.zeros(len(self.weights))

    def advance(self, step, count, dt):
        # Exact for a drive that is constant over one step.
        approach = -np.expm1(-dt / self.parameters.time_constant)
        for _ in range(count):
            drive = self.weights @ self.activity + self.parameters.input
            self.activity = self.activity + approach * (drive - self.activity)
        if not np.isfinite(self.activity).all():
            raise engram_plugin.PluginError(
                "activity grows without bound", fix="shorten the run, or weaken the weights")

    def record(self, outputs):
        outputs.put("rates", self.activity[np.newaxis])


if __name__ == "__main__":
    engram_plugin.run_model(LinearRates)
