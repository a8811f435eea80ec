"""A node for all slices at once is the stack of the nodes for each."""

import numpy as np
import pytest

from oribi.engines.reference import evaluate
from oribi.graph import elementwise as ew
from oribi.graph import reductions, structural
from oribi.graph.batching import batched
from oribi.graph.contraction import dot_general
from oribi.graph.node import parameter
from oribi.graph.ordered import cumsum
from oribi.graph.windows import conv_general_dilated

LENGTH = 4
NODES = {
    "elementwise": lambda x, w: ew.mul(ew.tanh(x), w),
    "slice-alone": lambda x, w: ew.exp(x),
    "fixed-alone": lambda x, w: ew.exp(w),
    "reduce": lambda x, w: reductions.reduce_sum(ew.add(x, w), (0,)),
    "reshape": lambda x, w: structural.reshape(x, (6, 2)),
    "transpose": lambda x, w: structural.transpose(x, (1, 0)),
    "broadcast": lambda x, w: reductions.broadcast_in_dim(x, (3, 5, 4), (0, 2)),
    "slice": lambda x, w: structural.slice_(x, (1, 0), (3, 3), (1, 2)),
    "pad": lambda x, w: structural.pad(x, (1, 0), (0, 2), value=3),
    "dot-left": lambda x, w: dot_general(x, w, ((1,), (1,))),
    "dot-right": lambda x, w: dot_general(w, x, ((0,), (0,))),
    "dot-both": lambda x, w: dot_general(x, ew.sin(x), ((0,), (0,))),
    "dot-left-in-batches": lambda x, w: dot_general(x, w, ((1,), (1,)), ((0,), (0,))),
    "dot-right-in-batches": lambda x, w: dot_general(w, x, ((1,), (1,)), ((0,), (0,))),
    "dot-both-in-batches": lambda x, w: dot_general(x, x, ((1,), (1,)), ((0,), (0,))),
    "conv": lambda x, w: conv_general_dilated(
        structural.reshape(x, (1, 3, 4)), structural.reshape(w, (3, 4, 1)), (1,), ((1, 1),), (1,), (1,), 1
    ),
    "dot-of-dots": lambda x, w: dot_general(dot_general(x, w, ((1,), (1,))), w, ((1,), (0,))),
}


@pytest.mark.parametrize("name", NODES)
def test_batched_is_the_stack(name):
    rng = np.random.default_rng(1)
    x, w, stack = (parameter(n, s, "float64") for n, s in (("x", (3, 4)), ("w", (3, 4)), ("xs", (LENGTH, 3, 4))))
    node = NODES[name](x, w)
    whole = batched([node], {x: stack}, {w: w})[node]
    xs, ws = rng.normal(size=stack.shape), rng.normal(size=w.shape)
    want = np.stack([evaluate([node], {x: one, w: ws})[0] for one in xs])
    (have,) = evaluate([whole], {stack: xs, w: ws})
    assert whole.shape == have.shape
    np.testing.assert_allclose(have, want, rtol=1e-12)


def test_what_has_no_rule_is_left_to_the_loop():
    x, stack = parameter("x", (3,), "float32"), parameter("xs", (LENGTH, 3), "float32")
    assert batched([cumsum(x, axis=0, reverse=False)], {x: stack}, {}) == {}
