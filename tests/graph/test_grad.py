"""Gradients of every primitive against central differences in float64, with random cotangents."""

import numpy as np
import pytest

from oribi.engines.reference import evaluate
from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.grad import grad
from oribi.graph.node import GraphError, constant, parameter
from oribi.graph.primitives import PRIMITIVES
from tests.primitive_cases import CASES

SMOOTH = [c for c in CASES if c.smooth and "float64" in c.dtypes and sum(map(np.prod, c.shapes)) < 400]
FLAT = {"constant", "parameter", "sign", "floor", "ceil", "round_nearest_even", "is_finite", "not", "and", "or", "xor"}
FLAT |= {
    "shift_left",
    "shift_right_logical",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "iota",
    "random_bits",
    "argmax",
    "argmin",
}
FLAT |= {"reduce_and", "reduce_or", "stop_gradient", "argsort", "while_loop"}


def test_every_primitive_has_a_gradient_check_or_is_flat():
    assert set(PRIMITIVES) - FLAT == {c.name for c in SMOOTH}


@pytest.mark.parametrize("case", SMOOTH, ids=str)
def test_gradient_agrees_with_central_differences(case):
    operands, arrays = case.operands("float64"), case.arrays("float64", seed=3)
    node = case.build(*operands)
    if not dtypes.is_float(node.dtype):
        pytest.skip(f"a conversion to {node.dtype} is flat")
    cotangent = np.random.default_rng(9).normal(size=node.shape).astype(node.dtype)
    wanted = [i for i, o in enumerate(operands) if o.dtype == "float64"]
    nodes = grad(node, [operands[i] for i in wanted], constant(cotangent))
    known = dict(zip(operands, arrays, strict=True))
    gradients = evaluate(nodes, known)

    def projected(values):
        return float(np.sum(evaluate([node], dict(zip(operands, values, strict=True)))[0] * cotangent))

    step = 1e-6
    for gradient, i in zip(gradients, wanted, strict=True):
        assert gradient.shape == arrays[i].shape and np.isfinite(gradient).all()
        direction = np.random.default_rng(i).normal(size=arrays[i].shape)
        ahead, behind = list(arrays), list(arrays)
        ahead[i], behind[i] = arrays[i] + step * direction, arrays[i] - step * direction
        numeric = (projected(ahead) - projected(behind)) / (2 * step)
        analytic = float(np.sum(gradient * direction))
        tolerance = 1e-2 if "float32" in (node.dtype,) else 1e-5
        assert analytic == pytest.approx(numeric, rel=tolerance, abs=tolerance * 10)


def test_a_value_used_twice_adds_both_gradients():
    x = parameter("x", (3,), "float64")
    (g,) = grad(ew.add(ew.mul(x, x), x), [x], constant(np.ones(3)))
    np.testing.assert_allclose(evaluate([g], {x: np.array([1.0, 2.0, 3.0])})[0], [3, 5, 7])


def test_what_does_not_matter_has_gradient_zero():
    x, y = parameter("x", (2,), "float32"), parameter("y", (3,), "float32")
    (g,) = grad(ew.mul(x, x), [y], constant(np.ones(2, "float32")))
    assert evaluate([g])[0].tolist() == [0, 0, 0]


def test_errors_say_what_was_got():
    x = parameter("x", (2,), "float32")
    with pytest.raises(GraphError, match=r"scalar output, got <parameter float32\[2\]>"):
        grad(x, [x])
    with pytest.raises(GraphError, match="float output, got <parameter int32"):
        grad(parameter("i", (), "int32"), [x])
    with pytest.raises(GraphError, match=r"one shape and dtype, got float32\[2\], float32\[3\]"):
        ew.add(x, parameter("y", (3,), "float32"))


def test_what_is_given_has_no_past():
    x = parameter("x", (3,), "float64")
    y = ew.mul(x, x)
    total = ew.mul(y, x)
    (through,) = grad(total, [x], constant(np.ones(3)))
    (around,) = grad(total, [x], constant(np.ones(3)), given=[y])
    (of_given,) = grad(total, [y], constant(np.ones(3)), given=[y])
    values = {x: np.array([1.0, 2.0, 3.0])}
    np.testing.assert_allclose(evaluate([through, around, of_given], values), [[3, 12, 27], [1, 4, 9], [1, 2, 3]])
