"""Long sums of the reference engine keep the digits that NumPy's pairwise sum keeps, on every axis."""

import itertools

import numpy as np
import pytest

from oribi.engines.reference import evaluate
from oribi.graph.contraction import dot_general
from oribi.graph.indexing import scatter_add
from oribi.graph.node import constant
from oribi.graph.ordered import cumsum
from oribi.graph.reductions import reduce_sum
from oribi.graph.windows import conv_general_dilated, reduce_window

ULPS = 12


def data(kind, shape, dtype="float32"):
    rng = np.random.default_rng(0)
    if kind == "constant":
        return np.full(shape, 0.1, dtype)
    if kind == "offset":
        return (300 + rng.standard_normal(shape)).astype(dtype)
    signs = np.where(np.arange(np.prod(shape)).reshape(shape) % 2, -1, 1)
    return (signs * rng.uniform(0.5, 1.5, shape)).astype(dtype)


KINDS = ["constant", "offset", "alternating"]


def close(have, want, scale, ulps=ULPS):
    limits = np.finfo(have.dtype)
    assert have.shape == want.shape
    assert np.all(np.abs(have.astype("longdouble") - want) <= ulps * limits.eps * scale + limits.tiny)


ROWS = [  # shape, axes
    *(((100_003, results), (0,)) for results in (1, 3, 16)),
    ((3_001, 1000), (0,)),
    ((1_000_003,), (0,)),
    ((3, 100_003), (1,)),
    ((5, 20_001, 3), (1,)),
    ((300, 9, 9, 5), (0, 1, 2)),
    ((300, 7, 130), (0, 2)),
    ((13, 13, 13, 3), (0, 1, 2)),
    ((40, 50, 60), (0, 1, 2)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "axes"), ROWS, ids=str)
def test_sums(shape, axes, dtype):
    for kind, turned in itertools.product(KINDS, (False, True)):
        array = data(kind, shape[::-1], dtype).T if turned else data(kind, shape, dtype)
        (have,) = evaluate([reduce_sum(constant(array), axes)])
        assert have.dtype == dtype
        wide = array.astype("longdouble")
        close(have, wide.sum(axes), np.abs(wide).sum(axes))


def test_a_repeated_number_and_no_numbers():
    array = np.broadcast_to(np.float32(0.1), (100_000, 3))
    (have,) = evaluate([reduce_sum(constant(array), (0,))])
    close(have, array.astype("float64").sum(0), 10_000)
    for shape, axes in (((1000, 0), (0,)), ((0, 1000), (0,)), ((5, 0, 1000), (0, 2)), ((1000, 0), (1,))):
        (have,) = evaluate([reduce_sum(constant(np.ones(shape, "float32")), axes)])
        assert np.array_equal(have, np.ones(shape).sum(axes))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("shape", "axis"), [((100_003,), 0), ((10_001, 5), 0), ((3, 20_011, 2), 1), ((200, 0), 0)])
def test_running_sums(shape, axis, reverse, kind):
    array = data(kind, shape)
    (have,) = evaluate([cumsum(constant(array), axis=axis, reverse=reverse)])
    wide = np.flip(array, axis).astype("float64") if reverse else array.astype("float64")
    want, scale = np.cumsum(wide, axis), np.cumsum(np.abs(wide), axis)
    close(np.flip(have, axis) if reverse else have, want, scale)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("rows", "slice_", "count"), [(3, (5,), 20_001), (7, (), 30_000), (90, (2, 40), 640), (1, (1,), 65)]
)
def test_rows_that_much_is_added_to(rows, slice_, count, kind):
    indices = np.minimum(np.random.default_rng(0).exponential(rows / 4, count), rows - 1).astype("int64")
    base, updates = data("offset", (rows, *slice_)), data(kind, (count, *slice_))
    (have,) = evaluate([scatter_add(constant(base), constant(indices), constant(updates))])
    totals = []
    for part in (lambda v: v, np.abs):
        totals.append(part(base.astype("float64")))
        np.add.at(totals[-1], indices, part(updates.astype("float64")))
    close(have, *totals)


PRODUCTS = [  # left, right, contracted axes
    ((1_000_000,), (1_000_000,), ((0,), (0,))),
    ((1, 300_001), (300_001, 2), ((1,), (0,))),
    ((300_001, 3), (300_001,), ((0,), (0,))),
    ((8, 100_000), (100_000, 8), ((1,), (0,))),
    ((50, 19, 19, 3), (50, 19, 19, 4), ((0, 1, 2), (0, 1, 2))),
]


@pytest.mark.parametrize(("left", "right", "contract"), PRODUCTS, ids=str)
def test_deep_contractions(left, right, contract):
    for kind in KINDS:
        first, second = data(kind, left), data("offset", right)
        (have,) = evaluate([dot_general(constant(first), constant(second), contract)])
        a, b = first.astype("float64"), second.astype("float64")
        close(have, np.tensordot(a, b, contract), np.tensordot(np.abs(a), np.abs(b), contract), ulps=80)


def test_large_windows_and_kernels():
    array = data("constant", (1, 120, 120, 1))
    window, strides, none = (1, 100, 100, 1), (1, 20, 20, 1), (0, 0)
    (have,) = evaluate([reduce_window(constant(array), "sum", window, strides, (none,) * 4)])
    close(have, np.full((1, 2, 2, 1), 1e4 * float(np.float32(0.1))), 1e3)

    kernel = data("offset", (100, 100, 1, 3))
    (have,) = evaluate([conv_general_dilated(constant(array), constant(kernel), (20, 20), (none, none))])
    want = float(np.float32(0.1)) * kernel.astype("float64").sum((0, 1, 2))
    close(have, np.broadcast_to(want, have.shape), want)


def test_integers_wrap():
    array = np.random.default_rng(0).integers(-(2**31), 2**31, (5_001, 3)).astype("int32")
    total, running = evaluate([reduce_sum(constant(array), (0,)), cumsum(constant(array), axis=0, reverse=False)])
    assert np.array_equal(total, array.sum(0, dtype="int32"))
    assert np.array_equal(running, np.cumsum(array, 0, dtype="int32"))
