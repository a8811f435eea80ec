"""Programs of constants: what the compiler computes of them itself is what the program would have computed."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oribi.compiler import internal_primitives
from oribi.compiler.lower import lower
from oribi.compiler.simplify import FOLD_LIMIT, simplify
from oribi.engines import reference
from oribi.engines.cpu import Executable
from oribi.graph import dtypes, indexing, linalg, reductions, structural
from oribi.graph import elementwise as ew
from oribi.graph.control import substituted
from oribi.graph.grad import grad
from oribi.graph.node import Node, constant, parameter, topological
from oribi.graph.primitives import PRIMITIVES
from oribi.graph.program import make
from tests.engines.cpu.test_random_graphs import graphs
from tests.primitive_cases import CASES, Case

NAMES = sorted({c.name for c in CASES})
CONTROLLED = {*reference.CONTROL, *linalg.TABLE}  # what gives tuples, and what is made of those
SPECIAL = (np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0, -2.5, 1e30)


def windows_of(sliding, out):
    return lambda x: internal_primitives.windows(x, sliding=sliding, out=out)


POSITIONS = {1: "int32"}
OWN = [
    Case("pack", ((3, 18),), lambda x: internal_primitives.pack(structural.transpose(x, (1, 0)))),
    Case("windows", ((9,),), windows_of(((3, 2, 1),), (4,))),
    Case("windows", ((2, 7, 6, 3),), windows_of(((1, 1, 1), (3, 2, 1), (2, 1, 3), (1, 1, 1)), (2, 3, 3, 3))),
    Case("windows", ((4, 17),), windows_of(((2, 1, 1), (1, 3, 1)), (3, 6))),
    Case(
        "scatter_min",
        ((5,), (9,), (9,)),
        lambda x, i, u: internal_primitives.scatter_min(x, i, u, axis=0),
        fixed=POSITIONS,
    ),
    Case(
        "scatter_set",
        ((5, 18), (3,), (3, 18)),
        lambda x, i, u: internal_primitives.scatter_set(x, i, u, axis=0),
        fixed=POSITIONS,
    ),
]


def test_each_primitive_that_a_pass_may_leave_can_be_evaluated():
    rules = {*reference.RULES, *reference.CONTROL, *internal_primitives.RULES}
    assert {*PRIMITIVES, *internal_primitives.TABLE} <= rules
    assert {case.name for case in OWN} == set(internal_primitives.TABLE) == set(internal_primitives.RULES)


@pytest.mark.parametrize("case", OWN, ids=str)
def test_the_engine_and_the_rules_agree_on_its_own_primitives(case):
    operands, arrays = case.operands("float32"), case.arrays("float32")
    node = case.build(*operands)
    (want,) = reference.evaluate([node], dict(zip(operands, arrays, strict=True)), internal_primitives.RULES)
    have = Executable(make(operands, [], [node])).run(arrays, [])[0][0]
    np.testing.assert_array_equal(have, want)
    folded = simplify(make([], [], [case.build(*map(constant, arrays))])).outputs[0]
    assert folded.op == "constant"
    np.testing.assert_array_equal(folded.attributes["value"], want)


def special(array, seed):
    """The array with values here and there that are easily lost."""
    if array.dtype.kind != "f":
        return array
    rng = np.random.default_rng(seed)
    return np.where(rng.random(array.shape) < 0.4, rng.choice(SPECIAL, array.shape), array).astype(array.dtype)


def rows(name, odd=True):
    """All cases of a primitive, in every dtype, on constants, odd values among them; and on constants whose elements are all
    alike."""
    for case in (c for c in CASES if c.name == name):
        for dtype in case.dtypes:
            arrays = [special(a, seed) if odd else a for seed, a in enumerate(case.arrays(dtype))]
            yield f"{case} {dtype}", case.build(*map(constant, arrays))
            alike = [np.broadcast_to(np.asarray(-0.0 if a.dtype.kind == "f" else 1, a.dtype), a.shape) for a in arrays]
            yield f"{case} {dtype} alike", case.build(*map(constant, alike))


@pytest.mark.parametrize("name", NAMES)
def test_a_folded_node_has_the_bits_of_the_reference(name):
    labels, nodes = zip(*rows(name), strict=True)
    for label, before, after in zip(labels, nodes, simplify(make([], [], nodes)).outputs, strict=True):
        assert (after.shape, after.dtype) == (before.shape, before.dtype), label
        if after.op == "constant":
            (want,) = reference.evaluate([before])
            assert after.attributes["value"].dtype == want.dtype, label
            assert same_bits(after.attributes["value"], want), label
        elif before.size and name not in CONTROLLED:
            assert name == "iota" or any(n.size > FOLD_LIMIT for n in (before, *before.operands)), label


def same_bits(x, y):
    """Whether two arrays are alike, signs of zeros included; one NaN is as good as another."""
    alike = (x == y) & (np.signbit(x) == np.signbit(y)) if x.dtype.kind == "f" else x == y
    return bool(np.all(alike | ((x != x) & (y != y))))


@pytest.mark.parametrize("name", NAMES)
def test_programs_of_constants_run(name):
    """All cases of a primitive as outputs of one program, which is lowered before it is folded."""
    labels, nodes = zip(*rows(name, odd=name in ew.TABLE), strict=True)
    got = Executable(make([], [], nodes)).run([], [])
    for label, node, have, want in zip(labels, nodes, got, reference.evaluate(nodes), strict=True):
        check(have[0], want, label)
        assert have.dtype == node.dtype, label


def check(have, want, label):
    assert have.shape == want.shape and have.dtype == want.dtype, label
    scale = 1e-10 if want.dtype == "float64" else 1e-4
    with np.errstate(invalid="ignore"):
        largest = np.abs(want[np.isfinite(want)]).max(initial=1.0) if want.dtype.kind == "f" else 1
    np.testing.assert_allclose(have, want, rtol=scale, atol=scale * float(largest), err_msg=label)


@pytest.mark.parametrize("name", sorted({c.name for c in CASES if c.smooth}))
def test_gradients_among_constants(name):
    """One operand is a parameter, the others and the cotangent are constants: what a sum for a loss leaves of a graph."""
    inputs, arrays, outputs, labels = [], [], [], []
    for case in [c for c in CASES if c.name == name and c.smooth and "float32" in c.dtypes]:
        values = case.arrays("float32")
        for number, value in enumerate(values):
            if not dtypes.is_float(dtypes.name_of(value.dtype)):
                continue
            operands: list[Node] = [constant(v) for v in values]
            operands[number] = parameter("x", value.shape, "float32")
            node = case.build(*operands)
            if dtypes.is_float(node.dtype):
                inputs.append(operands[number])
                arrays.append(value)
                outputs += grad(node, [operands[number]], ew.full_like(node, 1.0))
                labels.append(f"{case} by operand {number}")
    want = reference.evaluate(outputs, dict(zip(inputs, arrays, strict=True)))
    for label, have, expected in zip(labels, Executable(make(inputs, [], outputs)).run(arrays, []), want, strict=True):
        check(have[0], expected, label)


@st.composite
def programs_of_constants(draw):
    """A random program with constants in the place of most of its inputs, and the gradient of its outputs for the others."""
    program = draw(graphs())
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    known, left = {}, []
    for node in (*program.inputs, *program.state):
        if left and draw(st.booleans()):
            value = draw(st.sampled_from([0.0, -0.0, 1.0, 0.5]))
            known[node] = ew.full_like(node, value)
        elif draw(st.integers(0, 2)):
            known[node] = constant(rng.uniform(-1, 1, node.shape).astype("float32"))
        else:
            left.append(node)
    outputs = [*program.outputs, *program.updates]
    total = ew.full_like(constant(np.zeros((), "float32")), 0.0)
    for output in outputs:
        total = ew.add(total, reductions.reduce_sum(output, tuple(range(len(output.shape)))))
    slopes = grad(total, list(known), given=known) + (grad(total, left) if left else [])
    return make(left, [], substituted([*outputs, *slopes], known))


@given(program=programs_of_constants(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_random_programs_of_constants(program, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.uniform(-1, 1, n.shape).astype("float32") for n in program.inputs]
    want = reference.evaluate(list(program.outputs), dict(zip(program.inputs, arrays, strict=True)))
    for node, have, expected in zip(program.outputs, Executable(program).run(arrays, []), want, strict=True):
        check(have[0], expected, repr(node))


# --- what must not be folded ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_signs_of_zeros_are_kept(zero, dtype):
    x = parameter("x", (3,), dtype)
    padded = [structural.pad(x, (1,), (1,), value=v) for v in (0.0, -0.0)]
    rows = constant(np.array([1], "int32"))
    table = indexing.scatter_add(ew.full_like(x, -0.0), rows, constant(np.ones(1, dtype)))
    outputs = [ew.sub(x, ew.full_like(x, zero)), ew.add(x, ew.full_like(x, zero)), *padded, table]
    outputs += [ew.mul(x, ew.full_like(x, 1.0)), ew.neg(ew.neg(x)), ew.max(x, x)]
    value = np.array([0.0, -0.0, 2.0], dtype)
    want = reference.evaluate(outputs, {x: value})
    for have, expected in zip(Executable(make([x], [], outputs)).run([value], []), want, strict=True):
        assert same_bits(have[0], expected)


def test_folding_makes_no_large_constants():
    """What is alike everywhere stays one number; what is not is left to the program."""
    row = constant(np.arange(FOLD_LIMIT, dtype="float32"))
    table = reductions.broadcast_in_dim(row, (1000, FOLD_LIMIT), (1,))
    alike = reductions.broadcast_in_dim(constant(np.float32(3.0)), (1000, FOLD_LIMIT), ())
    x = parameter("x", table.shape, "float32")
    program = simplify(lower(make([x], [], [ew.add(ew.mul(x, ew.exp(alike)), ew.exp(table))])))
    for node in topological(program.outputs):
        if node.op == "constant":
            value = node.attributes["value"]
            assert np.lib.array_utils.byte_bounds(value)[1] - np.lib.array_utils.byte_bounds(value)[0] <= 4 * FOLD_LIMIT
