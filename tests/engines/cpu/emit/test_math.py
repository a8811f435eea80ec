"""The errors of our vector mathematics, measured against float64."""

import math

import numpy as np
import pytest

from oribi.engines.cpu import Executable
from oribi.graph import elementwise as ew
from oribi.graph.node import parameter
from oribi.graph.program import make

BOUND_ULP = 2.0
COMPOSED = {"log1p": 2.5, "logistic": 2.5}  # a division follows the polynomial
_erf = np.vectorize(math.erf)

FUNCTIONS = {
    "exp": (np.exp, -87, 88.7),
    "expm1": (np.expm1, -17, 88.7),
    "log": (np.log, 1e-38, 3e38),
    "log1p": (np.log1p, -0.999, 1e30),
    "tanh": (np.tanh, -12, 12),
    "logistic": (lambda x: np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x))), -86, 86),
    "erf": (_erf, -5, 5),
    "sin": (np.sin, -1e6, 1e6),
    "cos": (np.cos, -1e6, 1e6),
}


def samples(low, high, count=200_000):
    rng = np.random.default_rng(0)
    even = rng.uniform(low, high, count)
    spread = np.exp(rng.uniform(np.log(1e-30), np.log(max(abs(low), high)), count)) * rng.choice([-1, 1], count)
    values = np.concatenate([even, spread[(spread > low) & (spread < high)], rng.uniform(-1.5, 1.5, count)])
    return values[(values > low) & (values < high)].astype("float32")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_is_within_two_ulp(name):
    exact, low, high = FUNCTIONS[name]
    x = samples(low, high)
    node = parameter("x", x.shape, "float32")
    (got,) = Executable(make([node], [], [getattr(ew, name)(node)])).run([x], [])
    want = exact(x.astype("float64"))
    normal = np.abs(want) > 2e-38
    ulp = np.spacing(np.abs(want[normal]).astype("float32")).astype("float64")
    error = np.abs(got[0][normal].astype("float64") - want[normal]) / ulp
    assert error.max() <= COMPOSED.get(name, BOUND_ULP), (x[normal][error.argmax()], error.max())


def test_sine_of_a_huge_argument():
    x = np.array([1e10, 3e38, -(2.0**31), 12345.0], "float32")
    node = parameter("x", x.shape, "float32")
    (got,) = Executable(make([node], [], [ew.sin(node)])).run([x], [])
    np.testing.assert_allclose(got[0], np.sin(x.astype("float64")), atol=1e-6)
