"""Run by `engram plugin test`."""

import unittest
from types import SimpleNamespace

import numpy as np

from linear_rates import LinearRates


class LinearRatesTests(unittest.TestCase):
    def test_settles_where_input_balances_decay(self):
        weights = np.array([[0.0, 0.5], [-0.5, 0.0]])
        inputs = SimpleNamespace(connectivity=lambda name: weights)
        model = LinearRates(inputs, SimpleNamespace(time_constant=10.0, input=1.0), None)
        model.advance(0, 5000, 0.1)
        np.testing.assert_allclose(model.activity, np.linalg.solve(np.eye(2) - weights, [1, 1]), rtol=1e-12)


if __name__ == "__main__":
    unittest.main()
