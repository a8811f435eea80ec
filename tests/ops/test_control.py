"""Loops and branches: against Keras and Python, gradients through them, variables in them, errors; in compiled steps too."""

import numpy as np
import pytest

import oribi
from oribi import ops
from oribi.engines.cpu import Executable, compile_program, host
from oribi.engines.reference import evaluate
from oribi.graph.grad import grad
from oribi.graph.node import parameter
from oribi.graph.program import make
from oribi.values import Tensor, tracing

RNG = np.random.default_rng(5)


def compiled(function, *arrays):
    """What a function of tensors gives when it is compiled, and the gradients of its first output's sum."""
    nodes = [parameter(f"x{i}", a.shape, a.dtype.name) for i, a in enumerate(arrays)]
    with tracing():
        results = [r.node for r in function(*map(Tensor, nodes))]
        total = ops.sum(Tensor(results[0])).node
    floats = [n for n in nodes if n.dtype.startswith("float")]
    outputs = [*results, *grad(total, floats)]
    bits = []
    for threads in (1, 2, 3):
        got = [a[0] for a in Executable(make(nodes, [], outputs)).run(list(arrays), [], threads=threads)]
        bits.append([g.tobytes() for g in got])
    assert bits[0] == bits[1] == bits[2]
    for have, want in zip(got, evaluate(outputs, dict(zip(nodes, arrays, strict=True))), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-5)
    return got


def test_scan_agrees_with_keras(keras):
    xs = {"a": RNG.normal(size=(6, 3)).astype("float32"), "b": RNG.normal(size=(6,)).astype("float32")}
    init = (np.zeros(3, "float32"), [np.float32(1)])

    def step(k):
        return lambda c, x: ((c[0] * 0.5 + x["a"], [c[1][0] + x["b"]]), {"y": k.sum(c[0]) * x["b"]})

    for reverse in (False, True):
        want = keras.ops.scan(step(keras.ops), init, xs, reverse=reverse)
        have = ops.scan(step(ops), init, xs, reverse=reverse)
        np.testing.assert_allclose(have[0][0].numpy(), np.asarray(want[0][0]), rtol=1e-5)
        np.testing.assert_allclose(have[0][1][0].numpy(), np.asarray(want[0][1][0]), rtol=1e-5)
        np.testing.assert_allclose(have[1]["y"].numpy(), np.asarray(want[1]["y"]), rtol=1e-5)


def test_loops_in_loops_and_branches_compile():
    def function(x, n):
        def row(carry, line):
            inner, _ = ops.scan(lambda c, v: (ops.sin(c + v), None), 0.0, line)
            chosen = ops.cond(inner > 0, lambda: inner * 2, lambda: carry - inner)
            return chosen, ops.cumsum(line) * chosen

        last, rows = ops.scan(row, 0.0, x)
        count = ops.while_loop(lambda i, s: s < n, lambda i, s: (i + 1, s + i), (0, 0))[0]
        return rows, last, count

    rows, _, count, _ = compiled(function, RNG.normal(size=(5, 7)).astype("float32"), np.array(20, "int32"))
    assert rows.shape == (5, 7) and count == 7


def test_gradients_of_a_scan_are_those_of_the_loop_written_out():
    x, w = RNG.normal(size=(5, 3, 4)).astype("float32"), RNG.normal(size=(4, 4)).astype("float32")

    def looped(x, w):
        return (ops.scan(lambda h, v: ((ops.tanh(v @ w + h @ w), None)), ops.zeros((3, 4)), x)[0],)

    def written_out(x, w):
        h = ops.zeros((3, 4))
        for t in range(5):
            h = ops.tanh(x[t] @ w + h @ w)
        return (h,)

    for one, other in zip(compiled(looped, x, w), compiled(written_out, x, w), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_second_order_gradients_of_a_scan():
    x = parameter("x", (4,), "float64")
    with tracing():
        last, _ = ops.scan(lambda c, v: (c * v + ops.sin(v), None), ops.ones((), "float64"), Tensor(x))
    (first,) = grad(last.node, [x])
    (second,) = grad(ops.sum(Tensor(first) * Tensor(first)).node, [x])
    at = RNG.normal(size=4)
    value = lambda v: float(np.sum(evaluate([first], {x: v})[0] ** 2))
    for i in range(4):
        step = np.eye(4)[i] * 1e-6
        assert evaluate([second], {x: at})[0][i] == pytest.approx(
            (value(at + step) - value(at - step)) / 2e-6, rel=1e-5
        )


def test_variables_that_a_body_assigns_travel_with_it():
    counter = oribi.Variable(0.0)

    def body(carry, x):
        counter.assign_add(x)
        return carry, counter.value * 2

    _, kept = ops.scan(body, (), np.array([1, 2, 3], "float32"))
    assert kept.tolist() == [2, 6, 12] and float(counter) == 6


def test_random_numbers_in_a_body_differ_from_step_to_step():
    noise = oribi.layers.GaussianNoise(1.0, seed=3)
    drawn = ops.map(lambda x: noise(x, training=True), np.zeros((3, 4), "float32")).numpy()
    assert len({row.tobytes() for row in drawn}) == 3


def test_a_check_in_a_body_is_told():
    table = oribi.layers.Embedding(5, 2)
    with pytest.raises(ValueError, match="whole numbers from 0 to 4"):
        ops.map(lambda i: table(i), np.array([[1], [7]], "int32"))


def test_only_the_branch_that_is_taken_computes():
    x, n = parameter("x", (64, 64), "float32"), parameter("n", (), "int32")
    with tracing():
        result = ops.cond(Tensor(n) > 0, lambda: Tensor(x) @ Tensor(x), lambda: ops.exp(Tensor(x)))
    listing = compile_program(make([x, n], [], [result.node]), host()).kernels
    inside = [line for line in listing if line.startswith("  ")]
    assert any("dot_general" in line for line in inside) and any("exp" in line for line in inside)
    assert not any("dot_general" in line or "exp" in line for line in listing if line not in inside)


def test_branches_that_are_not_taken_do_not_matter():
    x = np.array([0.0, 4.0], "float32")
    function = lambda v: (ops.cond(v[0] > 0, lambda: ops.log(v), lambda: ops.sqrt(v)),)
    value, gradient = compiled(function, x)
    assert value.tolist() == [0, 2] and gradient[1] == 0.25


@pytest.mark.parametrize("index", [-3, 0, 1, 2, 9])
def test_switch_takes_the_nearest_branch(index):
    branches = [lambda x: x + 1, lambda x: x * 10, lambda x: x - 1]
    want = branches[min(max(index, 0), 2)](5.0)
    assert float(ops.switch(ops.convert_to_tensor(index), branches, 5.0)) == want


def test_while_loop_stops_after_maximum_iterations():
    assert ops.while_loop(lambda i: i < 100, lambda i: i + 1, 0, maximum_iterations=7).item() == 7
    assert ops.while_loop(lambda i: i < 0, lambda i: i + 1, (5,))[0].item() == 5
    assert ops.fori_loop(ops.convert_to_tensor(2), 5, lambda i, x: x * i, 1).item() == 24


def test_loops_without_steps():
    last, kept = ops.scan(lambda c, x: (c + x, c), 3.0, np.zeros((0,), "float32"))
    assert last.item() == 3 and kept.shape == (0,)
    assert ops.fori_loop(4, 2, lambda i, x: x + 1, 7).item() == 7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.scan(lambda c, x: (c, x), 0.0), "scan needs one length"),
        (lambda: ops.scan(lambda c, x: (c, x), 0.0, [np.ones(2), np.ones(3)]), r"scan needs one length.*\[2, 3\]"),
        (lambda: ops.scan(lambda c, x: c, 0.0, np.ones(2)), "must return a pair"),
        (
            lambda: ops.scan(lambda c, x: (x, c), np.ones(2), np.ones((3, 4))),
            r"it was given \[\[2\]\] and returned \[\[4\]\]",
        ),
        (lambda: ops.while_loop(lambda i: np.ones(2) > i, lambda i: i, 0), "cond must return a bool scalar, got shape"),
        (lambda: ops.cond(ops.ones(2) > 0, lambda: 1, lambda: 2), r"pred must be a scalar, got shape \[2\]"),
        (lambda: ops.cond(ops.ones(()) > 0, lambda: 1, lambda: [2]), "nests alike"),
        (lambda: ops.cond(ops.ones(()) > 0, lambda: ops.ones(2), lambda: ops.ones(3)), "the same shapes"),
    ],
)
def test_errors_are_in_the_users_terms(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_while_loop_says_that_it_has_no_gradient():
    x = parameter("x", (), "float32")
    with tracing():
        last = ops.while_loop(lambda v: v < 9, lambda v: v * 2, Tensor(x))
    with pytest.raises(ValueError, match="while_loop has no gradient"):
        grad(last.node, [x])
