"""Hebb's rule: the change of each weight is the product of the activities on its two sides."""

import numpy as np

import engram_plugin


class OuterProduct:
    def __init__(self, parameters):
        self.parameters = parameters

    def estimate(self, weights, trials):
        """The downhill gradient by block: minus the sum over trials of post times pre, over the number of units."""
        estimate = {}
        for trace in trials.traces:
            change = -trace.post.T @ trace.pre / trace.pre.shape[1]
            estimate[trace.block] = estimate.get(trace.block, 0) + change
        return estimate

    def apply(self, estimate, weights, clock):
        """The weights after a step against the estimate."""
        return {name: weights[name] - self.parameters.rate * change for name, change in estimate.items()}


if __name__ == "__main__":
    engram_plugin.run_rule(OuterProduct)
