"""Long sums keep the digits that NumPy's pairwise sum keeps, on every axis and on any team of threads."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable
from oribi.engines.cpu.emit.cascade import FAN, RUN, SHORT_SUM, cascade
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.grad import grad
from oribi.graph.indexing import scatter_add_p
from oribi.graph.node import parameter
from oribi.graph.ordered import cumprod, cumsum
from oribi.graph.program import make
from oribi.graph.reductions import reduce_sum
from oribi.graph.windows import conv_general_dilated

ULPS = (
    12  # that a sum may be off, of what is added without its signs; NumPy's pairwise sum is off by 2 in the same rows
)


def data(kind, shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    if kind == "constant":
        return np.full(shape, 0.1, dtype)
    if kind == "offset":
        return (300 + rng.standard_normal(shape)).astype(dtype)
    if kind == "far offset":
        return (1000 + 0.01 * rng.standard_normal(shape)).astype(dtype)
    assert kind == "alternating"
    signs = np.where(np.arange(np.prod(shape)).reshape(shape) % 2, -1, 1)
    return (signs * rng.uniform(0.5, 1.5, shape)).astype(dtype)


def on_any_team(program, arrays):
    """The outputs of a program without state, the same for one, two and three threads."""
    executable = Executable(program)
    runs = [[o[0] for o in executable.run(arrays, [], threads=n)] for n in (1, 2, 3)]
    for run in runs[1:]:
        assert [o.tobytes() for o in run] == [o.tobytes() for o in runs[0]]
    return runs[0]


def close(have, want, scale, ulps=ULPS):
    """`have` is `want` up to the digits that a sum of numbers as large as `scale` in all may lose."""
    limits = np.finfo(have.dtype)
    assert np.all(np.abs(have.astype("longdouble") - want) <= ulps * limits.eps * scale + limits.tiny)


def summed(shape, axes, kind, dtype="float32"):
    x = parameter("x", shape, dtype)
    array = data(kind, shape, dtype)
    (have,) = on_any_team(make([x], [], [reduce_sum(x, axes)]), [array])
    wide = array.astype("longdouble")
    close(have, wide.sum(axes), np.abs(wide).sum(axes))


ROWS = [  # shape, axes that are summed
    ((1_000,), (0,)),
    ((65, 3), (0,)),
    ((1_000_003,), (0,)),
    *(((100_003, results), (0,)) for results in (1, 3, 7, 16)),
    *(((3_001, results), (0,)) for results in (31, 64, 1000)),
    ((1000, 777), (1,)),
    ((3, 100_003), (1,)),
    ((5, 20_001, 3), (1,)),
    ((7, 2_003, 40), (1,)),
    ((64, 100, 40), (0, 1)),
    ((300, 9, 9, 5), (0, 1, 2)),
    ((300, 7, 130), (0, 2)),
    ((40, 50, 60), (0, 1, 2)),
    ((100_000, 10), (0, 1)),
    ((2, 30_000, 1, 5), (1, 2)),
]


@pytest.mark.parametrize(("shape", "axes"), ROWS, ids=str)
def test_a_sum_keeps_its_digits_on_every_axis(shape, axes):
    for kind in ("constant", "offset", "alternating"):
        summed(shape, axes, kind)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["constant", "far offset"])
def test_ten_million_numbers(kind, dtype):
    summed((10_000_000 if dtype == "float32" else 2_000_000,), (0,), kind, dtype)
    summed((1_250_000, 8) if dtype == "float32" else (200_000, 8), (0,), kind, dtype)


@pytest.mark.parametrize("rows", range(SHORT_SUM - 1, SHORT_SUM + 2 * RUN * FAN + 1, 37))
def test_every_row_is_added_once(rows):
    """Whatever is left over of runs, of runs of runs, and of columns side by side."""
    for columns in (1, 5, 33, 70, 129):
        x = parameter("x", (rows, columns), "float32")
        array = np.random.default_rng(rows).integers(-9, 9, (rows, columns)).astype("float32")
        plan = make([x], [], [reduce_sum(x, (0,)), reduce_sum(x, (1,)), reduce_sum(ew.mul(x, x), (0, 1))])
        first, last, both = on_any_team(plan, [array])
        assert np.array_equal(first, array.sum(0))
        assert np.array_equal(last, array.sum(1))
        assert both == (array * array).sum()


def test_integers_wrap_and_special_values_stay():
    x = parameter("x", (50_001, 3), "int32")
    array = np.random.default_rng(0).integers(-(2**31), 2**31, (50_001, 3)).astype("int32")
    (have,) = on_any_team(make([x], [], [reduce_sum(x, (0,))]), [array])
    assert np.array_equal(have, array.sum(0, dtype="int32"))

    x = parameter("x", (50_001, 4), "float32")
    array = np.ones((50_001, 4), "float32")
    array[40_000] = np.inf, -np.inf, np.nan, 1
    array[7, 1] = np.inf
    (have,) = on_any_team(make([x], [], [reduce_sum(x, (0,))]), [array])
    np.testing.assert_array_equal(have, [np.inf, np.nan, np.nan, 50_001])


PRODUCTS = [  # left, right, contracted axes
    ((1_000_000,), (1_000_000,), ((0,), (0,))),
    ((1, 300_001), (300_001, 2), ((1,), (0,))),
    ((8, 100_000), (100_000, 8), ((1,), (0,))),
    ((40_001, 9), (40_001, 20), ((0,), (0,))),
    ((1_025, 130), (1_025, 300), ((0,), (0,))),
    ((30, 5_000), (5_000, 300), ((1,), (0,))),
    ((50, 7, 7, 30), (50, 7, 7, 40), ((0, 1, 2), (0, 1, 2))),
]


@pytest.mark.parametrize(("left", "right", "contract"), PRODUCTS, ids=str)
def test_a_deep_contraction_keeps_its_digits(left, right, contract):
    x, y = parameter("x", left, "float32"), parameter("y", right, "float32")
    program = make([x, y], [], [dot_general(x, y, contract)])
    for kind in ("constant", "offset", "alternating"):
        first, second = data(kind, left, "float32"), data("offset", right, "float32", seed=1)
        (have,) = on_any_team(program, [first, second])
        a, b = first.astype("float64"), second.astype("float64")
        want, scale = (np.tensordot(f(a), f(b), contract) for f in (lambda v: v, np.abs))
        close(have, want, scale, ulps=40)


def test_a_deep_contraction_takes_every_step_once():
    for depth in (1024, 1025, 1281, 2047, 4099):
        x, y = parameter("x", (depth, 15), "float32"), parameter("y", (depth, 37), "float32")
        rng = np.random.default_rng(depth)
        arrays = [rng.integers(-9, 9, n.shape).astype("float32") for n in (x, y)]
        (have,) = on_any_team(make([x, y], [], [dot_general(x, y, ((0,), (0,)))]), arrays)
        assert np.array_equal(have, arrays[0].T @ arrays[1])


CONVOLUTIONS = [  # lhs, rhs, strides, padding, lhs_dilation: thousands of taps, of which some lie on padding
    ((2, 50, 45, 2), (33, 31, 2, 5), (1, 1), ((16, 16), (15, 15)), (1, 1)),
    ((2, 20, 23, 3), (33, 35, 3, 20), (1, 1), ((16, 17), (12, 20)), (2, 2)),
    ((1, 70, 5, 2), (61, 3, 2, 33), (2, 1), ((30, 31), (1, 1)), (1, 3)),
    ((3, 1100, 1), (1050, 1, 3), (1,), ((1000, 7),), (1,)),
    ((3, 600, 2), (1101, 2, 3), (1,), ((550, 550),), (2,)),
]


@pytest.mark.parametrize("row", CONVOLUTIONS, ids=str)
def test_a_large_kernel_takes_every_tap_once(row):
    lhs, rhs, *attributes = row
    rng = np.random.default_rng(0)
    x, kernel = parameter("x", lhs, "float32"), parameter("k", rhs, "float32")
    node = conv_general_dilated(x, kernel, *attributes)
    (gradient,) = grad(reduce_sum(ew.mul(node, node), tuple(range(len(node.shape)))), [kernel])
    arrays = [rng.integers(-1, 2, n.shape).astype("float32") for n in (x, kernel)]
    have, slope = on_any_team(make([x, kernel], [], [node, gradient]), arrays)
    want, want_slope = reference.evaluate([node, gradient], dict(zip((x, kernel), arrays, strict=True)))
    assert np.array_equal(have, want)
    np.testing.assert_allclose(slope, want_slope, rtol=1e-5, atol=1e-5 * np.abs(want_slope).max())


# --- running sums -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"), [((1_000_003,), 0), ((50_001, 5), 0), ((3_001, 70), 0), ((3, 20_011, 2), 1), ((4, 9_999), 1)]
)
def test_a_running_sum_keeps_its_digits(shape, axis, reverse):
    x = parameter("x", shape, "float32")
    program = make([x], [], [cumsum(x, axis=axis, reverse=reverse)])
    for kind in ("constant", "offset", "alternating"):
        array = data(kind, shape, "float32")
        (have,) = on_any_team(program, [array])
        turned = np.flip(array, axis) if reverse else array
        wide = turned.astype("float64")
        want, scale = np.cumsum(wide, axis), np.cumsum(np.abs(wide), axis)
        close(np.flip(have, axis) if reverse else have, want, scale)


def test_a_running_sum_takes_every_element_once():
    for length in (64, 65, 80, 257, 4_097):
        x, y = parameter("x", (length, 3), "float32"), parameter("y", (length, 3), "int32")
        array = np.random.default_rng(length).integers(-9, 9, (length, 3))
        plan = make(
            [x, y],
            [],
            [cumsum(x, axis=0, reverse=False), cumsum(y, axis=0, reverse=True), cumprod(x, axis=0, reverse=False)],
        )
        forth, back, product = on_any_team(plan, [array.astype("float32"), array.astype("int32")])
        assert np.array_equal(forth, np.cumsum(array, 0))
        assert np.array_equal(back, np.cumsum(array[::-1], 0)[::-1])
        assert np.array_equal(product, np.cumprod(array.astype("float32"), 0), equal_nan=True)


# --- rows that many slices are added to -------------------------------------------------------------------------------


def scattered(base, axis, indices, updates):
    """The base with the updates added on any team, and on none in float64; and how large all that was added is."""
    nodes = [parameter(name, a.shape, a.dtype.name) for name, a in (("x", base), ("i", indices), ("u", updates))]
    x, i, u = nodes
    (have,) = on_any_team(make(nodes, [], [scatter_add_p(x, i, u, axis=axis)]), [base, indices, updates])
    totals = []
    for part in (lambda v: v, np.abs):
        total = np.moveaxis(part(base.astype("float64")), axis, 0).copy()
        np.add.at(total, indices, np.moveaxis(part(updates.astype("float64")), axis, 0))
        totals.append(np.moveaxis(total, 0, axis))
    return have, *totals


@pytest.mark.parametrize("kind", ["constant", "offset", "alternating"])
@pytest.mark.parametrize(
    ("rows", "slice_", "count"), [(3, (5,), 200_001), (7, (), 300_000), (900, (2, 40), 6_400), (1, (1,), 65)]
)
def test_a_row_that_much_is_added_to_keeps_its_digits(rows, slice_, count, kind):
    rng = np.random.default_rng(0)
    indices = np.minimum(rng.exponential(rows / 4, count), rows - 1).astype("int32")
    base, updates = data("offset", (rows, *slice_), "float32"), data(kind, (count, *slice_), "float32")
    close(*scattered(base, 0, indices, updates))


def test_every_slice_is_added_to_its_row_once():
    rng = np.random.default_rng(0)
    for count in (64, 65, 127, 128, 129, 1000):
        for axis, base, slices in ((0, (9, 21), (count, 21)), (1, (4, 9, 3), (4, count, 3)), (1, (5, 9), (5, count))):
            x, updates = (rng.integers(-9, 9, shape).astype("float32") for shape in (base, slices))
            have, want, _ = scattered(x, axis, rng.integers(-1, 11, count).clip(0, 8).astype("int64"), updates)
            assert np.array_equal(have, want)


def test_special_values_stay_in_their_row():
    updates = np.ones((1000, 2), "float32")
    updates[::4, 0] = np.inf
    updates[5] = np.nan
    indices = np.arange(1000, dtype="int32") % 4
    have, _, _ = scattered(np.zeros((5, 2), "float32"), 0, indices, updates)
    np.testing.assert_array_equal(have, [[np.inf, 250], [np.nan, np.nan], [250, 250], [250, 250], [0, 0]])


# --- the order --------------------------------------------------------------------------------------------------------


def test_no_register_takes_more_than_a_run():
    """What is inside of a stage that begins sums of its own has added so much, and no more, to one register."""
    rng = np.random.default_rng(0)
    for _ in range(300):
        extents = [int(n) for n in rng.integers(1, 200, rng.integers(1, 5))]
        stages = cascade(extents, RUN)
        taken, most = 1, RUN
        for place in range(len(stages) - 1, -1, -1):
            stage = stages[place]
            if stage.fresh:
                taken, most = 1, FAN
            outer = next((s.span for s in reversed(stages[:place]) if s.axis == stage.axis), None)
            taken *= (extents[stage.axis] if outer is None else outer) / stage.span
            assert np.ceil(taken) <= most
        assert [s.axis for s in stages if s.span == 1] == list(range(len(extents)))
