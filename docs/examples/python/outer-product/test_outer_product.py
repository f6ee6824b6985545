"""Run by `engram plugin test`."""

import unittest
from types import SimpleNamespace

import numpy as np

from outer_product import OuterProduct


class OuterProductTests(unittest.TestCase):
    def test_one_pattern_is_stored_as_its_outer_product(self):
        pattern = np.array([[1.0, -1.0, 1.0]])
        rule = OuterProduct(SimpleNamespace(rate=1.0))
        trials = SimpleNamespace(traces=[SimpleNamespace(block="W", pre=pattern, post=pattern)])
        weights = rule.apply(rule.estimate({}, trials), {"W": np.zeros((3, 3))}, {})
        np.testing.assert_allclose(weights["W"], pattern.T @ pattern / 3, rtol=1e-15)


if __name__ == "__main__":
    unittest.main()
