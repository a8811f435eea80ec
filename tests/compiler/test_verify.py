"""The verifier finds programs and kernels that a pass has broken."""

from dataclasses import replace

import numpy as np
import pytest

from oribi.compiler.fuse import fuse
from oribi.compiler.verify import verify_kernels, verify_program
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.node import GraphError, constant, parameter
from oribi.graph.program import Program, make
from oribi.graph.scan import scan

X, W = parameter("x", (5, 4), "float32"), parameter("w", (4, 3), "float32")


def program():
    product = dot_general(ew.exp(X), W, ((1,), (0,)))
    return make([X, W], [], [ew.add(product, ew.full_like(product, 1))])


def with_output(change):
    made = program()
    return Program(made.inputs, made.state, made.updates, (change(made.outputs[0]),))


def test_a_program_that_is_right():
    made = program()
    verify_program(made)
    verify_kernels(made, fuse(made))


@pytest.mark.parametrize(
    "change",
    [
        lambda node: replace(node, shape=(3, 5)),
        lambda node: replace(node, dtype="float64"),
        lambda node: replace(node, operands=(node.operands[0], constant(np.zeros((5, 4), "float32")))),
        lambda node: ew.neg(replace(node, shape=(5, 4))),
    ],
)
def test_a_node_of_a_wrong_shape_or_dtype(change):
    with pytest.raises(GraphError):
        verify_program(with_output(change))


def test_a_wrong_node_in_a_body():
    step, state = parameter("step", (4,), "float32"), parameter("state", (4,), "float32")
    body = Program((step,), (state,), (ew.add(step, state),), ())
    (last,), _ = scan(body, [], [X], [constant(np.zeros(4, "float32"))], 5)
    verify_program(make([X], [], [last]))
    loop = last.operands[0]
    wrong = Program(
        body.inputs, body.state, (replace(body.updates[0], operands=(step, constant(np.zeros(3, "float32")))),), ()
    )
    broken = replace(loop, attributes={**loop.attributes, "body": wrong})
    with pytest.raises(GraphError):
        verify_program(make([X], [], [replace(last, operands=(broken,))]))


def test_kernels_in_a_wrong_order():
    made = program()
    kernels = fuse(made)
    assert len(kernels) > 1
    with pytest.raises(GraphError, match="before it is stored"):
        verify_kernels(made, kernels[::-1])


def test_a_result_that_no_kernel_stores():
    made = program()
    with pytest.raises(GraphError, match="no kernel stores"):
        verify_kernels(made, fuse(made)[:-1])
