"""Run by `engram plugin test`."""

import unittest

import numpy as np

from interval_cv import cv


class IntervalCvTests(unittest.TestCase):
    def test_a_clock_has_none(self):
        self.assertAlmostEqual(cv(np.arange(0.0, 100.0, 5.0))[1], 0.0, places=12)

    def test_a_poisson_process_has_one(self):
        times = np.cumsum(np.random.default_rng(1).exponential(5.0, 100_000))
        self.assertAlmostEqual(cv(times)[1], 1.0, delta=0.02)

    def test_too_few_spikes_have_no_value(self):
        self.assertTrue(np.isnan(cv(np.array([1.0, 2.0]))[1]))


if __name__ == "__main__":
    unittest.main()
