"""Every primitive, every dtype, odd shapes: the cpu engine against the reference."""

import numpy as np
import pytest

from oribi.compiler import index, internal_primitives, lower
from oribi.compiler.fuse import ROOTS
from oribi.engines import reference
from oribi.engines.cpu import Executable
from oribi.engines.cpu.emit import elementwise as cpu_elementwise
from oribi.engines.cpu.emit import expression, module
from oribi.graph import dtypes, elementwise
from oribi.graph.grad import grad
from oribi.graph.kinds import Kind
from oribi.graph.node import parameter
from oribi.graph.primitives import PRIMITIVES
from oribi.graph.program import make
from tests.primitive_cases import CASES, Case

TOLERANCE = {"float32": 3e-6, "float64": 1e-12}


def test_the_table_covers_every_primitive():
    assert set(PRIMITIVES) - {"constant", "parameter"} == {case.name for case in CASES}


@pytest.mark.parametrize("name", sorted({c.name for c in CASES}))
def test_agrees_with_the_reference(name):
    """All cases of a primitive as outputs of one program: one compile."""
    inputs, arrays, outputs, labels = [], [], [], []
    for case in [c for c in CASES if c.name == name]:
        for dtype in case.dtypes:
            operands = case.operands(dtype)
            inputs += operands
            arrays += case.arrays(dtype)
            outputs.append(case.build(*operands))
            labels.append(f"{case} {dtype}")
    expected = reference.evaluate(outputs, dict(zip(inputs, arrays, strict=True)))
    got = Executable(make(inputs, [], outputs)).run(arrays, [], threads=2)
    for label, node, want, have in zip(labels, outputs, expected, got, strict=True):
        assert_close(have[0], want, node.dtype, label)


@pytest.mark.parametrize("name", sorted({c.name for c in CASES if c.smooth}))
def test_gradients_agree_with_the_reference(name):
    """The gradients of all cases of a primitive as outputs of one program."""
    inputs, arrays, outputs, labels = [], [], [], []
    for case in [c for c in CASES if c.name == name and c.smooth and "float32" in c.dtypes]:
        operands = case.operands("float32")
        node = case.build(*operands)
        if not dtypes.is_float(node.dtype):
            continue
        cotangent = parameter("ct", node.shape, node.dtype)
        wanted = [o for o in operands if dtypes.is_float(o.dtype)]
        inputs += [*operands, cotangent]
        arrays += [*case.arrays("float32"), np.asarray(np.random.default_rng(5).uniform(-1, 1, node.shape), node.dtype)]
        outputs += grad(node, wanted, cotangent)
        labels += [str(case)] * len(wanted)
    expected = reference.evaluate(outputs, dict(zip(inputs, arrays, strict=True)))
    got = Executable(make(inputs, [], outputs)).run(arrays, [], threads=2)
    for label, want, have in zip(labels, expected, got, strict=True):
        np.testing.assert_allclose(
            have[0], want, rtol=2e-5, atol=2e-5 * max(1.0, np.abs(want).max(initial=0)), err_msg=label
        )


def assert_close(have, want, dtype, label):
    assert have.shape == want.shape and have.dtype == want.dtype, label
    if dtype in TOLERANCE:
        scale = TOLERANCE[dtype]
        np.testing.assert_allclose(have, want, rtol=scale, atol=scale * 4, err_msg=label)
    else:
        np.testing.assert_array_equal(have, want, err_msg=label)


SPECIAL = [
    np.nan,
    np.inf,
    -np.inf,
    0.0,
    -0.0,
    1.0,
    -1.0,
    1e-42,
    3.4e38,
    -3.4e38,
    88.8,
    -104.5,
    1e9,
    -0.5,
    0.5,
    2.5,
    7e15,
]


ON_FLOATS = sorted(
    {c.name for c in CASES if c.name in elementwise.TABLE and "float32" in c.dtypes and len(c.shapes) < 3}
)


@pytest.mark.parametrize("name", ON_FLOATS)
def test_nan_and_inf_travel_as_ieee_says(name):
    case = next(c for c in CASES if c.name == name and "float32" in c.dtypes)
    for dtype in ("float32", "float64"):
        pairs = np.array([(a, b) for a in SPECIAL for b in SPECIAL], dtype=dtype)
        arrays = [np.ascontiguousarray(column) for column in pairs.T[: len(case.shapes)]]
        flat = Case(name, (arrays[0].shape,) * len(arrays), case.build)
        operands = flat.operands(dtype)
        node = flat.build(*operands)
        want = reference.evaluate([node], dict(zip(operands, arrays, strict=True)))[0]
        have = Executable(make(operands, [], [node])).run(arrays, [])[0][0]
        assert have.dtype == want.dtype
        np.testing.assert_allclose(
            have.astype("float64"), want.astype("float64"), rtol=4e-6 if dtype == "float32" else 1e-12, atol=1e-38
        )


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "argmax", "argmin"])
@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("axis", [0, 1])
def test_reductions_of_nan_and_inf(name, special, axis):
    x = parameter("x", (6, 21), "float32")
    attributes = {"axis": axis, "dtype": "int32"} if name.startswith("arg") else {"axes": (axis,)}
    node = PRIMITIVES[name](x, **attributes)
    array = np.random.default_rng(1).normal(size=(6, 21)).astype("float32")
    array[2, 5] = special
    array[3, 20] = special
    array[3, 1] = -special
    want = reference.evaluate([node], {x: array})[0]
    have = Executable(make([x], [], [node])).run([array], [])[0][0]
    np.testing.assert_allclose(have, want, rtol=3e-6)


OTHERS = sorted({c.name for c in CASES if "float32" in c.dtypes} - set(elementwise.TABLE) - {"iota"})


@pytest.mark.parametrize("name", OTHERS)
def test_nan_and_inf_go_where_they_go_in_the_reference(name):
    """Here and there in the first operand of every case; all cases of a primitive as outputs of one program."""
    inputs, arrays, outputs, labels = [], [], [], []
    for case in [c for c in CASES if c.name == name and "float32" in c.dtypes]:
        operands, given = case.operands("float32"), case.arrays("float32", seed=4)
        rng = np.random.default_rng(7)
        there = rng.random(given[0].shape) < 0.15
        given[0] = np.where(there, rng.choice([np.nan, np.inf, -np.inf], given[0].shape), given[0]).astype("float32")
        inputs += operands
        arrays += given
        outputs.append(case.build(*operands))
        labels.append(str(case))
    expected = reference.evaluate(outputs, dict(zip(inputs, arrays, strict=True)))
    got = Executable(make(inputs, [], outputs)).run(arrays, [], threads=2)
    for label, want, have in zip(labels, expected, got, strict=True):
        np.testing.assert_allclose(have[0], want, rtol=2e-5, atol=2e-5, err_msg=label)


# Where the engine finds what to do with a primitive of a kind; a root's is a loop nest for the whole kind.
TABLES = {
    Kind.ELEMENTWISE: cpu_elementwise.RULES,
    Kind.COPY: cpu_elementwise.RULES,
    Kind.VIEW: index.VIEWS,
    Kind.INDEXING: expression.RULES,
    Kind.GENERATOR: expression.RULES,
    Kind.CONTROL: module.NESTED,
    **dict.fromkeys(ROOTS - {Kind.CONTROL}, None),
    **dict.fromkeys((Kind.LEAF, Kind.ELEMENT), None),
}


@pytest.mark.parametrize("name", sorted({**PRIMITIVES, **internal_primitives.TABLE}))
def test_the_engine_has_a_rule_for_every_primitive(name):
    primitive = {**PRIMITIVES, **internal_primitives.TABLE}[name]
    if name in lower.RULES and primitive.kind in (Kind.WINDOWED, Kind.CONTRACTION):
        return  # made of others
    table = TABLES[primitive.kind]
    assert table is None or name in table
    if primitive.combine is not None:
        assert primitive.combine.name in cpu_elementwise.RULES
    if primitive.kind is Kind.CONTRACTION:
        assert name == "dot_general"


@pytest.mark.parametrize("name", sorted({**PRIMITIVES, **internal_primitives.TABLE}))
def test_the_reference_engine_has_a_rule_for_every_primitive(name):
    assert name in {**reference.RULES, **reference.CONTROL, **internal_primitives.RULES} or name == "parameter"
