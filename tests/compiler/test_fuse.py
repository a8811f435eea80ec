"""Kernels that are fused read nothing before it was written."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable
from oribi.graph import elementwise as ew
from oribi.graph import indexing, ordered, reductions, structural
from oribi.graph.contraction import dot_general
from oribi.graph.node import constant, parameter
from oribi.graph.program import make

RNG = np.random.default_rng(0)
W = constant(RNG.normal(size=(6, 6)).astype("float32"))
ROWS = constant(np.array([2, 0, 1, 1], "int32"))


def dense(x):
    return dot_general(x, W, ((len(x.shape) - 1,), (0,)))


ROOTS = {
    "dot": dense,
    "cumsum": lambda x: ordered.cumsum(x, axis=0, reverse=False),
    "cumprod": lambda x: ordered.cumprod(x, axis=1, reverse=True),
    "argsort": lambda x: ew.convert(ordered.argsort(x, axis=1, descending=True), "float32"),
    "reduce": lambda x: reductions.broadcast_in_dim(reductions.reduce_sum(x, (1,)), x.shape, (0,)),
}
BEFORE = {
    "gather": lambda x: indexing.gather(x, ROWS, 0),
    "elementwise": lambda x: ew.exp(ew.tanh(ew.mul(x, x))),
    "both": lambda x: ew.logistic(indexing.gather(ew.exp(x), ROWS, 0)),
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("kept", [False, True])
def test_what_a_root_reads_is_there_before_it(root, before, kept):
    """x + f(x): a residual connection."""
    x = parameter("x", (4, 6), "float32")
    y = BEFORE[before](x)
    outputs = [ew.add(ew.add(ROOTS[root](y), y), constant(np.ones((4, 6), "float32")))]
    program = make([x], [], [*outputs, *([y] if kept else [])])
    value = RNG.normal(size=(4, 6)).astype("float32")
    want = reference.evaluate(list(program.outputs), {x: value})
    for have, expected in zip(Executable(program).run([value], []), want, strict=True):
        np.testing.assert_allclose(have[0], expected, rtol=1e-5, atol=1e-5)


VIEWS = {
    "reverse": lambda y: structural.reverse(y, axes=(1,)),
    "gather": lambda y: indexing.gather(y, ROWS, 0),
    "transpose": lambda y: structural.transpose(structural.slice_(y, (0, 0), (4, 4), (1, 1)), (1, 0)),
    "pad": lambda y: structural.pad(structural.slice_(y, (1, 0), (4, 6), (1, 1)), (0, 0), (1, 0), value=0.5),
    "concatenate": lambda y: structural.concatenate(
        structural.slice_(y, (2, 0), (4, 6), (1, 1)), structural.slice_(y, (0, 0), (2, 6), (1, 1)), axis=0
    ),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("before", [lambda x: ew.exp(ew.tanh(x)), lambda x: ew.add(x, dense(x))], ids=["map", "dot"])
@pytest.mark.parametrize("kept", [False, True])
def test_what_is_read_at_other_places_is_there_before_it(view, before, kept):
    """y + reverse(y)."""
    x = parameter("x", (4, 6), "float32")
    y = before(x)
    part = VIEWS[view](y)
    z = ew.add(structural.slice_(y, (0, 0), part.shape, (1, 1)) if part.shape != y.shape else y, part)
    program = make([x], [], [z, *([y] if kept else [])])
    value = RNG.normal(size=(4, 6)).astype("float32")
    want = reference.evaluate(list(program.outputs), {x: value})
    for threads in (1, 2, 3):
        for have, expected in zip(Executable(program).run([value], [], threads=threads), want, strict=True):
            np.testing.assert_allclose(have[0], expected, rtol=1e-5, atol=1e-5)
