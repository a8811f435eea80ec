"""Graphs of thousands of nodes, deep or wide: they compile, and the work of the compiler grows as they do."""

import sys

import numpy as np
import pytest

from oribi.engines import reference
from oribi.engines.cpu import Executable, compile_program, host
from oribi.graph import control, reductions, scan, structural
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.grad import grad
from oribi.graph.node import constant, parameter
from oribi.graph.program import Program, make


def x(shape, name="x"):
    return parameter(name, shape, "float32")


def scaled(node, factor):
    return ew.mul(node, ew.full_like(node, factor))


def chain(n):
    """One operation after another."""
    first = node = x((40,))
    steps = (ew.tanh, lambda t: ew.add(t, first), lambda t: scaled(t, 0.5), ew.neg)
    for i in range(n):
        node = steps[i % len(steps)](node)
    return make([first], [], [node])


def chain_and_gradient(n):
    program = chain(n)
    (output,) = program.outputs
    return make(program.inputs, [], [output, *grad(reductions.reduce_sum(output, (0,)), list(program.inputs))])


def chain_with_a_skip(n):
    """Every operation reads the first one's result too."""
    first = x((40,))
    far = node = ew.exp(first)
    for _ in range(n):
        node = scaled(ew.add(node, far), 0.5)
    return make([first], [], [node])


def adds(n):
    """All operands added up, one after another."""
    inputs = [x((3,), f"x{i}") for i in range(n)]
    total = inputs[0]
    for node in inputs[1:]:
        total = ew.add(total, node)
    return make(inputs, [], [total])


def joined(n):
    """All operands joined by one concatenation."""
    inputs = [x((3, 2), f"x{i}") for i in range(n)]
    return make(inputs, [], [ew.tanh(structural.concatenate(*inputs, axis=0))])


def joined_results(n):
    """What is computed of few operands, joined by one concatenation; and the gradient."""
    inputs = [x((2, 3), f"x{i}") for i in range(8)]
    parts = [scaled(inputs[i % 8], 1.0 + i % 5) for i in range(n)]
    whole = structural.concatenate(*parts, axis=1)
    return make(inputs, [], [whole, *grad(reductions.reduce_sum(ew.mul(whole, whole), (0, 1)), inputs)])


def joined_one_by_one(n):
    node = whole = x((3,))
    for i in range(n):
        whole = structural.concatenate(whole, scaled(node, float(i)), axis=0)
    return make([node], [], [whole])


def sums(n):
    """Reductions of which every one is a kernel, added up."""
    node = x((7, 5))
    total = reductions.reduce_sum(node, (0, 1))
    for i in range(n):
        total = ew.add(total, reductions.reduce_sum(scaled(node, i / n), (0, 1)))
    return make([node], [], [total])


def views(n):
    """Views of views."""
    first = node = x((6, 5))
    for _ in range(n):
        node = structural.reverse(structural.transpose(node, (1, 0)), axes=(0,))
    return make([first], [], [node])


def stencil(n):
    """Every step reads its left and its right neighbours."""
    first = node = x((24,))
    for _ in range(n):
        left, right = (structural.slice_(node, (lo,), (lo + 23,), (1,)) for lo in (0, 1))
        around = ew.add(structural.pad(left, (1,), (0,)), structural.pad(right, (0,), (1,)))
        node = ew.tanh(ew.add(node, scaled(around, 0.1)))
    return make([first], [], [node])


def updates(n):
    """State that all steps in the same way."""
    slope = x((4,), "slope")
    state = [x((4,), f"s{i}") for i in range(n)]
    return make([slope], [(s, ew.sub(s, scaled(slope, 0.1))) for s in state], [])


def network(n):
    """The training step of a network of n layers."""
    data = node = x((8, 6))
    weights, biases = [x((6, 6), f"w{i}") for i in range(n)], [x((6,), f"b{i}") for i in range(n)]
    for w, b in zip(weights, biases, strict=True):
        product = dot_general(node, w, ((1,), (0,)))
        node = ew.tanh(ew.add(product, reductions.broadcast_in_dim(b, product.shape, (1,))))
    loss = reductions.reduce_sum(ew.mul(node, node), (0, 1))
    slopes = grad(loss, weights + biases)
    state = [(p, ew.sub(p, scaled(g, 0.1))) for p, g in zip(weights + biases, slopes, strict=True)]
    return make([data], state, [loss])


def deep_body(n):
    """A loop whose body is a long chain that reads one operand at every step; and the gradient."""
    outside = x((4, 3), "xs"), x((3,), "h0"), x((3,), "w0")
    one, before, w = x((3,)), x((3,), "h"), x((3,), "w")
    node = ew.add(one, before)
    for _ in range(n):
        node = ew.mul(ew.sin(node), w)
    last, _ = scan.scan(Program((w, one), (before,), (node,), ()), [outside[2]], [outside[0]], [outside[1]], 4)
    loss = reductions.reduce_sum(last[0], (0,))
    return make(outside, [], [loss, *grad(loss, list(outside))])


def loops(n):
    """Loops that each run over what the one before gave; and the gradient."""
    data, weights = x((4, 3), "xs"), [x((3,), f"w{i}") for i in range(n)]
    node = data
    for weight in weights:
        one, before, w = x((3,)), x((3,), "h"), x((3,), "w")
        new = ew.tanh(ew.add(ew.mul(w, one), before))
        _, (node,) = scan.scan(Program((w, one), (before,), (new,), (new,)), [weight], [node], [weight], 4)
    loss = reductions.reduce_sum(node, (0, 1))
    return make([data, *weights], [], [loss, *grad(loss, weights)])


def much_carried(n):
    """A loop that carries many values; and the gradient."""
    data, starts = x((4, 3), "xs"), [x((3,), f"h{i}") for i in range(n)]
    one, carried = x((3,)), [x((3,), f"s{i}") for i in range(n)]
    new = [ew.tanh(ew.add(h, one)) for h in carried]
    last, _ = scan.scan(Program((one,), tuple(carried), tuple(new), ()), [], [data], starts, 4)
    loss = reductions.reduce_sum(structural.concatenate(*last, axis=0), (0,))
    return make([data, *starts], [], [loss, *grad(loss, starts)])


def choices(n):
    """One branch or the other, again and again; and the gradient."""
    first = node = x((3,))
    for i in range(n):
        large = ew.gt(reductions.reduce_sum(node, (0,)), constant(np.float32(0.1 * (i % 5) - 0.2)))
        (node,) = control.cond(large, [ew.tanh(ew.mul(node, first))], [ew.sin(node)])
    loss = reductions.reduce_sum(node, (0,))
    return make([first], [], [loss, *grad(loss, [first])])


SIZES = {
    chain: 10_000,
    chain_and_gradient: 3000,
    chain_with_a_skip: 3000,
    adds: 5000,
    joined: 5000,
    joined_results: 600,
    joined_one_by_one: 300,
    sums: 500,
    views: 3000,
    stencil: 300,
    updates: 1000,
    network: 300,
    deep_body: 1000,
    loops: 60,
    much_carried: 150,
    choices: 60,
}
FEW = {chain: 1000, deep_body: 100, network: 60, stencil: 60, loops: 12, much_carried: 40, choices: 12}


@pytest.mark.parametrize("build", SIZES, ids=lambda f: f.__name__)
def test_large_programs_compile_and_are_right(build):
    program = build(SIZES[build])
    rng = np.random.default_rng(0)
    inputs = [rng.uniform(-1, 1, n.shape).astype("float32") for n in program.inputs]
    state = [rng.uniform(-0.6, 0.6, n.shape).astype("float32") for n in program.state]
    own = [s.copy() for s in state]
    want = reference.run(program, inputs, state)
    got = Executable(program).run(inputs, own)
    for have, expected in zip([*got, *own], [*want, *state], strict=True):
        np.testing.assert_allclose(have, expected, rtol=2e-4, atol=2e-4 * max(1.0, np.abs(expected).max(initial=0)))


@pytest.mark.parametrize("build", SIZES, ids=lambda f: f.__name__)
def test_the_work_of_the_compiler_grows_with_the_program_alone(build):
    """Calls of functions, from the first node to LLVM's text: for twice the program twice as many."""
    n = FEW.get(build, 200)
    small, large = calls_to_emit(build, n), calls_to_emit(build, 2 * n)
    assert large < 2.4 * small


def calls_to_emit(build, n):
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        compile_program(build(n), host())
    finally:
        sys.setprofile(None)
    return count
