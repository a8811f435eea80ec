"""Integers stay integers, exactly: powers wrap as products do, rounding keeps the dtype, booleans have a maximum."""

import numpy as np
import pytest

from oribi import ops


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"])
def test_powers_wrap_and_are_exact(dtype):
    info = np.iinfo(dtype)
    base = np.array([0, 1, 2, 3, 7, info.max, info.min, info.max // 3], dtype)
    exponent = np.array([0, 1, 2, 3, 5, 7, 31, info.max], dtype)
    x, y = np.meshgrid(base, exponent)
    np.testing.assert_array_equal(ops.power(x, y).numpy(), np.power(x, y))
    np.testing.assert_array_equal(ops.power(base, 5).numpy(), np.power(base, np.array(5, dtype)))
    assert ops.power(x, y).dtype == dtype


def test_negative_exponents_round_to_zero():
    np.testing.assert_array_equal(
        ops.power(np.array([0, 1, -1, -1, 2, -3]), np.array([-1, -2, -2, -3, -1, -1])), [0, 1, 1, -1, 0, 0]
    )


@pytest.mark.parametrize("decimals", [0, 2, -1, -2, -12])
def test_rounded_integers_stay_exact(decimals):
    x = np.array([16777217, -16777217, 15, 25, -15, -25, 149, 150, 250, -250, 0], "int32")
    rounded = ops.round(x, decimals)
    assert rounded.dtype == "int32"
    exact = [int(round(int(value), decimals)) for value in x]
    np.testing.assert_array_equal(rounded.numpy(), exact)


def test_booleans_have_extrema():
    x, y = np.array([True, True, False, False]), np.array([True, False, True, False])
    np.testing.assert_array_equal(ops.maximum(x, y).numpy(), x | y)
    np.testing.assert_array_equal(ops.minimum(x, y).numpy(), x & y)
