"""What the table of primitives says of each: its kind, its cost, whether it is linear, what it combines elements with."""

import numpy as np
import pytest

from oribi.compiler import internal_primitives
from oribi.engines import reference
from oribi.graph import elementwise as ew
from oribi.graph.kinds import Cost, Kind
from oribi.graph.node import TUPLE, constant, no_gradient
from oribi.graph.primitives import PRIMITIVES
from oribi.graph.program import Program
from tests.primitive_cases import CASES

ALL = {**PRIMITIVES, **internal_primitives.TABLE}
NAMES = sorted({case.name for case in CASES})


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_combines_elements_says_with_what(name):
    primitive = ALL[name]
    combines = primitive.kind in (Kind.REDUCTION, Kind.SCATTER) or name in ("cumsum", "cumprod")
    assert (primitive.combine is not None) == (combines and name != "scatter_set")
    assert primitive.combine is None or primitive.combine.kind is Kind.ELEMENTWISE


@pytest.mark.parametrize("name", sorted(ALL))
def test_bodies_are_the_attributes_that_are_programs(name):
    nodes = [n for case in CASES if case.name == name for n in _nodes(case) if n.op == name]
    for node in nodes:
        assert node.primitive.bodies == tuple(k for k, v in node.attributes.items() if isinstance(v, Program))
    assert bool(ALL[name].bodies) == (ALL[name].kind is Kind.CONTROL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_what_only_moves_elements_costs_nothing_and_is_linear(name):
    primitive = ALL[name]
    if primitive.kind in (Kind.LEAF, Kind.VIEW):
        assert primitive.cost is Cost.FREE and primitive.linear == (primitive.kind is Kind.VIEW)
    if primitive.kind is Kind.ELEMENTWISE:
        assert primitive.cost > Cost.FREE


@pytest.mark.parametrize("name", [n for n in NAMES if "float64" in next(c for c in CASES if c.name == n).dtypes])
def test_linear_ones_are_linear_and_no_other_is(name):
    """f(2 x) is 2 f(x), and f(x + y) is f(x) + f(y), over all operands together."""
    primitive = ALL[name]
    if primitive.gradient is no_gradient or any(n.dtype == TUPLE for n in _nodes(_case(name))):
        assert not primitive.linear
        return
    linear = []
    for case in (c for c in CASES if c.name == name and "float64" in c.dtypes):
        operands = case.operands("float64")
        node = case.build(*operands)
        if node.op != name or node.attributes.get("value") or node.dtype != "float64" or not node.size:
            continue
        x, y = case.arrays("float64", seed=1), case.arrays("float64", seed=2)
        if any(a.dtype != "float64" for a in x):
            continue
        of = lambda arrays, node=node, operands=operands: reference.evaluate(
            [node], dict(zip(operands, arrays, strict=True))
        )[0]
        total = of([a + b for a, b in zip(x, y, strict=True)])
        linear.append(np.allclose(total, of(x) + of(y)) and np.allclose(of([2 * a for a in x]), 2 * of(x)))
    if linear:
        assert primitive.linear == all(linear)


def _case(name):
    return next(c for c in CASES if c.name == name)


def _nodes(case):
    from oribi.graph.node import topological

    return topological([case.build(*case.operands(case.dtypes[0]))])


def test_division_keeps_the_divider_busy():
    assert {n for n, p in ALL.items() if p.cost is Cost.DIVISION} == {"div", "sqrt", "rsqrt"}


@pytest.mark.parametrize("combine", [ew.add, ew.mul, ew.max, ew.min, ew.logical_and, ew.logical_or])
def test_a_reduction_combines_as_its_primitive_does(combine):
    (primitive,) = [p for p in PRIMITIVES.values() if p.kind is Kind.REDUCTION and p.combine is combine]
    values = (
        np.array([True, False, True]) if primitive.name in ("reduce_and", "reduce_or") else np.array([3.0, -2.0, 5.0])
    )
    one, two, three = (constant(v) for v in values)
    (whole,) = reference.evaluate([primitive(constant(values), axes=(0,))])
    (stepwise,) = reference.evaluate([combine(combine(one, two), three)])
    assert whole == stepwise
