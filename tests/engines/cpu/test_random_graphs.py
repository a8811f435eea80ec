"""Random graphs of random shapes: the cpu engine against the reference, on any number of threads."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oribi.compiler import fuse, lower
from oribi.engines import reference
from oribi.engines.cpu import Executable, layout
from oribi.engines.cpu.emit import module
from oribi.engines.cpu.run import cache
from oribi.graph import elementwise as ew
from oribi.graph import indexing, ordered, reductions, structural, windows
from oribi.graph.contraction import dot_general
from oribi.graph.node import constant, parameter
from oribi.graph.program import make

KINDS = [
    "unary",
    "binary",
    "reduce",
    "view",
    "dot",
    "gather",
    "scalar",
    "residual",
    "running",
    "conv",
    "window",
    "table",
]
EXTENTS = st.sampled_from([1, 2, 3, 5, 7, 8, 16, 17, 33])


@st.composite
def graphs(draw):
    """A program that grows from a few parameters by random steps; some of its nodes are outputs, some are state."""
    shapes = draw(st.lists(st.lists(EXTENTS, min_size=0, max_size=3).map(tuple), min_size=1, max_size=3))
    inputs = [parameter(f"x{i}", s, "float32") for i, s in enumerate(shapes)]
    nodes = list(inputs)
    for _ in range(draw(st.integers(1, 12))):
        nodes.append(draw(grown(nodes)))
    outputs = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=4))
    state = []
    for x in inputs:
        same = [n for n in nodes if n.shape == x.shape]
        if draw(st.booleans()):
            state.append((x, draw(st.sampled_from(same))))
    known = {id(s) for s, _ in state}
    return make([x for x in inputs if id(x) not in known], state, outputs)


def quotient(x, y):
    return ew.div(x, ew.add(ew.abs(y), ew.full_like(y, 1.0)))


@st.composite
def grown(draw, nodes):
    """One more node, made of those there are."""
    x = draw(st.sampled_from(nodes))
    rank = len(x.shape)
    kind = draw(st.sampled_from(KINDS))
    if kind == "conv" and rank == 3:
        n = x.shape[-1]
        kernel = constant(np.random.default_rng(n).normal(0, 0.1, (2, n, n)).astype("float32"))
        return ew.add(windows.conv_general_dilated(x, kernel, (1,), ((1, 0),)), x)
    if kind == "window" and rank:
        ones, around = (1,) * (rank - 1), ((0, 0),) * (rank - 1)
        reducer = draw(st.sampled_from(windows.REDUCERS))
        pooled = windows.reduce_window(
            x, reducer, (*ones, draw(st.sampled_from([2, 3]))), (*ones, 1), (*around, (1, 1))
        )
        return ew.mul(pooled, ew.full_like(pooled, 0.3))
    if kind == "residual" and rank:
        n = x.shape[-1]
        weights = constant(np.random.default_rng(n).normal(0, 0.1, (n, n)).astype("float32"))
        return ew.add(draw(st.sampled_from([x, ew.tanh(x)])), dot_general(x, weights, ((rank - 1,), (0,))))
    if kind == "running" and rank:
        return ew.add(ordered.cumsum(x, axis=draw(st.integers(0, rank - 1)), reverse=draw(st.booleans())), ew.tanh(x))
    if kind == "binary":
        same = [n for n in nodes if n.shape == x.shape]
        return draw(st.sampled_from([ew.add, ew.mul, ew.sub, ew.max, quotient]))(x, draw(st.sampled_from(same)))
    if kind == "reduce" and rank:
        axes = tuple(sorted(draw(st.sets(st.integers(0, rank - 1), min_size=1))))
        return draw(st.sampled_from([reductions.reduce_sum_p, reductions.reduce_max]))(x, axes=axes)
    if kind == "dot" and rank:
        fitting = [n for n in nodes if n.shape and n.shape[0] == x.shape[-1]]
        if fitting:
            return ew.mul(
                *(lambda d: (d, ew.full_like(d, 0.1)))(
                    dot_general(x, draw(st.sampled_from(fitting)), ((rank - 1,), (0,)))
                )
            )
    if kind == "gather" and rank:
        indices = constant(np.array(draw(st.lists(st.integers(-2, 40), min_size=1, max_size=9)), "int32"))
        return indexing.gather(x, indices, draw(st.integers(0, rank - 1)))
    if kind == "table" and rank and x.shape[0] > 1:
        named = draw(st.lists(st.integers(-2, x.shape[0] + 1), min_size=1, max_size=x.shape[0] // 2))
        rows = constant(np.array(named, "int32"))
        updates = indexing.gather(draw(st.sampled_from([n for n in nodes if n.shape == x.shape])), rows, 0)
        table = indexing.scatter_add(ew.full_like(x, 0), rows, ew.tanh(updates))
        return draw(st.sampled_from([ew.sub(x, table), table]))
    if kind == "view":
        return draw(viewed(x))
    if kind == "scalar":
        total = reductions.reduce_sum(x, tuple(range(rank)))
        return reductions.broadcast_in_dim(ew.mul(total, constant(np.float32(0.01))), x.shape, ())
    return draw(st.sampled_from([ew.tanh, ew.neg, ew.abs, ew.logistic]))(x)


@st.composite
def viewed(draw, x):
    rank = len(x.shape)
    kind = draw(st.sampled_from(["transpose", "reshape", "slice", "pad", "reverse", "broadcast", "concatenate"]))
    if not rank or kind == "broadcast":
        return reductions.broadcast_in_dim(x, (draw(EXTENTS), *x.shape), tuple(range(1, rank + 1)))
    if kind == "transpose":
        return structural.transpose(x, tuple(draw(st.permutations(range(rank)))))
    if kind == "reshape":
        return structural.reshape(x, draw(st.sampled_from([(x.size,), (1, x.size), (*x.shape, 1), x.shape[::-1]])))
    if kind == "slice":
        start = tuple(draw(st.integers(0, n - 1)) for n in x.shape)
        return structural.slice_(x, start, x.shape, tuple(draw(st.integers(1, 2)) for _ in x.shape))
    if kind == "pad":
        low = tuple(draw(st.integers(0, 2)) for _ in x.shape)
        return structural.pad(x, low, tuple(draw(st.integers(0, 2)) for _ in x.shape), value=0.5)
    if kind == "reverse":
        return structural.reverse(x, axes=tuple(sorted(draw(st.sets(st.integers(0, rank - 1), min_size=1)))))
    return structural.concatenate(x, ew.neg(x), axis=draw(st.integers(0, rank - 1)))


@given(program=graphs(), seed=st.integers(0, 99))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_random_programs_agree_and_threads_do_not_matter(program, seed):
    rng = np.random.default_rng(seed)
    inputs = [rng.uniform(-1, 1, n.shape).astype("float32") for n in program.inputs]
    first = [np.asarray(rng.uniform(-1, 1, n.shape), "float32") for n in program.state]
    state = [s.copy() for s in first]
    expected = reference.run(program, inputs, state, steps=2)
    executable = Executable(program)
    bits = []
    for threads in (1, 2, 3):
        own = [s.copy() for s in first]
        got = executable.run(inputs, own, steps=2, threads=threads)
        for have, want in zip([*got, *own], [*expected, *state], strict=True):
            np.testing.assert_allclose(have, want, rtol=2e-4, atol=2e-4)
        bits.append([a.tobytes() for a in (*got, *own)])
    assert bits[0] == bits[1] == bits[2]


@given(program=graphs(), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_programs_that_are_cut_into_small_pieces_agree(program, seed):
    """What keeps large programs apart: few nodes a kernel, few kernels a function, few operands a concatenation, few views."""
    rng = np.random.default_rng(seed)
    inputs = [rng.uniform(-1, 1, n.shape).astype("float32") for n in program.inputs]
    state = [np.asarray(rng.uniform(-1, 1, n.shape), "float32") for n in program.state]
    own = [s.copy() for s in state]
    expected = reference.run(program, inputs, state, steps=2)
    with pytest.MonkeyPatch.context() as patch:
        for where, name, limit in SMALL:
            patch.setattr(where, name, limit)
        patch.setattr(cache, "read", lambda name: None)
        patch.setattr(cache, "write", lambda *entry: None)
        got = Executable(program).run(inputs, own, steps=2, threads=2)
    for have, want in zip([*got, *own], [*expected, *state], strict=True):
        np.testing.assert_allclose(have, want, rtol=2e-4, atol=2e-4)


SMALL = (
    (fuse, "LARGEST", 3),
    (fuse, "SEARCH_LIMIT", 2),
    (lower, "FEW_PIECES", 2),
    (module, "PART", 2),
    (layout, "DEEPEST", 2),
)
