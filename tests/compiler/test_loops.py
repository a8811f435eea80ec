"""Loops as the engine compiles them: one scan for the forward pass and its gradient, nothing invariant in a body, few barriers."""

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable, compile_program, host
from oribi.engines.cpu.compile import rewritten
from oribi.graph import control
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.grad import grad
from oribi.graph.node import constant, parameter, topological
from oribi.graph.program import Program, make
from oribi.graph.reductions import reduce_sum
from oribi.graph.scan import scan

BATCH, FEATURES, UNITS, LENGTH = 32, 24, 40, 6


def network():
    """A plain recurrent network, its loss, and the gradients of all that it is made of."""
    shapes = {"x": (LENGTH, BATCH, FEATURES), "w": (FEATURES, UNITS), "u": (UNITS, UNITS), "h": (BATCH, UNITS)}
    x, w, u, h = (parameter(name, shape, "float32") for name, shape in shapes.items())
    inner = [
        parameter(n, s, "float32") for n, s in (("w", w.shape), ("u", u.shape), ("x", x.shape[1:]), ("h", h.shape))
    ]
    dot = lambda a, b: dot_general(a, b, ((1,), (0,)))
    new = ew.tanh(ew.add(dot(inner[2], inner[0]), dot(inner[3], inner[1])))
    body = Program(tuple(inner[:3]), (inner[3],), (new,), (new,))
    (last,), (stack,) = scan(body, [w, u], [x], [h], LENGTH)
    loss = ew.add(reduce_sum(ew.mul(stack, stack), (0, 1, 2)), reduce_sum(last, (0, 1)))
    return [x, w, u, h], [loss, *grad(loss, [x, w, u, h])]


def listing(inputs, outputs):
    return compile_program(make(inputs, [], outputs), host()).kernels


def test_forward_and_backward_are_one_loop_each():
    lines = listing(*network())
    assert sum("scan[]" in line or "scan tuple[]" in line for line in lines) == 2


def test_only_the_products_with_the_state_are_left_in_the_loops():
    lines = listing(*network())
    inside = [line for line in lines if line.startswith("  ") and "dot_general over" in line]
    outside = [line for line in lines if not line.startswith("  ") and "dot_general over" in line]
    assert len(inside) == 2 and len(outside) == 4  # x w; and its two gradients, and that of u


def test_weights_are_packed_before_the_loop_and_there_is_no_barrier_in_it():
    inside = [line.strip() for line in listing(*network()) if line.startswith("  ")]
    assert not any("-> <pack float32[40, 40]>" in line for line in inside)
    assert "barrier" not in inside


def test_what_nobody_reads_is_not_computed():
    inputs, outputs = network()
    inside = [line for line in listing(inputs, outputs[:1]) if line.startswith("  ")]
    assert inside and not any("pack" in line.split("root")[0] and "dot" not in line for line in inside[1:])
    assert len(listing(inputs, outputs[:1])) < len(listing(inputs, outputs))


def test_a_value_that_is_carried_twice_is_kept_once():
    x, one, a, b = (parameter(n, s, "float32") for n, s in (("x", (4, 17)), ("one", (17,)), ("a", (17,)), ("b", (17,))))
    new = ew.add(ew.mul(a, one), one)
    body = Program((one,), (a, b), (new, new), ())
    zeros = ew.full_like(a, 0)
    last, _ = scan(body, [], [x], [zeros, zeros], 4)
    program = make([x], [], [last[0], ew.neg(last[1])])
    (loop,) = [line for line in compile_program(program, host()).kernels if " root " in line and "scan" in line]
    assert loop.count("element") == 1
    xs = np.random.default_rng(0).uniform(-1, 1, x.shape).astype("float32")
    for have, want in zip(Executable(program).run([xs], []), reference.run(program, [xs], []), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 3])
def test_a_loop_in_a_program_whose_state_it_carries(steps):
    s, x = parameter("s", (3, 20), "float32"), parameter("x", (5, 3, 20), "float32")
    one, before = parameter("one", (3, 20), "float32"), parameter("before", (3, 20), "float32")
    body = Program((one,), (before,), (ew.add(ew.mul(before, one), one),), (before,))
    (last,), (stack,) = scan(body, [], [x], [s], 5)
    program = make([x], [(s, last)], [stack])
    rng = np.random.default_rng(0)
    xs, first = rng.uniform(-1, 1, x.shape).astype("float32"), rng.uniform(-1, 1, s.shape).astype("float32")
    want_state, have_state = first.copy(), first.copy()
    (want,) = reference.run(program, [xs], [want_state], steps)
    for threads in (1, 2, 3):
        have_state = first.copy()
        (have,) = Executable(program).run([xs], [have_state], steps, threads)
        np.testing.assert_allclose(have, want, rtol=1e-5)
        np.testing.assert_allclose(have_state, want_state, rtol=1e-5)


def choices_in_choices(depth):
    """A branch reads what another choice gives, which nobody else reads."""
    x, k = parameter("x", (3,), "float32"), parameter("k", (), "int32")
    y = ew.tanh(x)
    for i in range(depth):
        large = ew.gt(k, constant(np.array(i, "int32")))
        y, z = control.cond(large, [ew.exp(ew.mul(y, x)), ew.cos(x)], [ew.sin(ew.mul(x, ew.tanh(x))), ew.cos(y)])
        y = ew.add(y, ew.tanh(z))
    return make([x, k], [], [y])


def choice_inside_of_a_branch(depth):
    x, k = parameter("x", (3,), "float32"), parameter("k", (), "int32")
    y = x
    for i in range(depth):
        large = ew.gt(k, constant(np.array(i, "int32")))
        (y,) = control.cond(large, [ew.exp(ew.add(y, x))], [ew.sin(ew.mul(x, x))])
    return make([x, k], [], [y])


@pytest.mark.parametrize("build", [choices_in_choices, choice_inside_of_a_branch])
@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_choices_inside_of_choices(build, depth):
    """Each is moved into the branch that alone reads it, and so is what it reads."""
    program = build(depth)
    executable = Executable(program)
    for k in range(-1, depth + 1):
        arrays = [np.array([0.1, -0.2, 0.3], "float32"), np.array(k, "int32")]
        np.testing.assert_allclose(executable.run(arrays, [])[0], reference.run(program, arrays, [])[0], rtol=1e-5)


def test_many_choices_are_moved_at_once():
    x, k = parameter("x", (3,), "float32"), parameter("k", (), "int32")
    outputs = []
    for i in range(30):
        large = ew.gt(k, constant(np.array(i % 7, "int32")))
        scaled = ew.mul(x, ew.full_like(x, 0.1 * i))
        outputs += control.cond(large, [ew.tanh(ew.exp(scaled))], [ew.sin(scaled)])
    program = make([x, k], [], outputs)
    sunk = [n for n in topological(rewritten(program).outputs) if n.op == "cond"]
    assert len(sunk) == 30 and all(len(topological(n.attributes["on_true"].outputs)) > 2 for n in sunk)
    arrays = [np.array([0.1, -0.2, 0.3], "float32"), np.array(3, "int32")]
    for have, want in zip(Executable(program).run(arrays, []), reference.run(program, arrays, []), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5)
