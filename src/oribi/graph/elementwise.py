"""Elementwise primitives: operands of one shape and dtype, a result of that shape.

There is no broadcasting here: ops make it explicit with `broadcast_in_dim`.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from . import dtypes
from .kinds import Cost, Kind
from .node import GraphError, Node, Primitive, Shape, constant, no_gradient

Rule = Callable[[Node, Node], tuple[Node | None, ...]]


def _same(name: str, *operands: Node) -> tuple[Shape, str]:
    first = operands[0]
    for other in operands[1:]:
        if other.shape != first.shape or other.dtype != first.dtype:
            listed = ", ".join(f"{o.dtype}{list(o.shape)}" for o in operands)
            raise GraphError(f"{name} needs operands of one shape and dtype, got {listed}")
    return first.shape, first.dtype


def _operation(
    name: str,
    arity: int,
    accepts: tuple[str, ...],
    gradient: Rule,
    cost: Cost = Cost.COSTLY,
    result: str | None = None,
    linear: bool = False,
) -> Primitive:
    """An elementwise primitive; `result` is its dtype where that is not the operands'."""

    def infer(*operands: Node) -> tuple[Shape, str]:
        if len(operands) != arity:
            raise GraphError(f"{name} takes {arity} operands, got {len(operands)}")
        shape, dtype = _same(name, *operands)
        if dtype not in accepts:
            raise GraphError(f"{name} takes {', '.join(accepts)}, got {dtype}{list(shape)}")
        return shape, result or dtype

    return Primitive(name, infer, gradient, Kind.ELEMENTWISE, cost, linear)


def full_like(node: Node, value: float) -> Node:
    """A node of the shape and dtype of `node`, every element `value`."""
    return _splat(float(value).hex() if isinstance(value, float) else value, node.shape, node.dtype)


@lru_cache(maxsize=1024)
def _splat(value: float | str, shape: Shape, dtype: str) -> Node:
    """Kept, because layers ask for the same ones at every call. Floats come as text, which tells 0.0 from -0.0."""
    number = float.fromhex(value) if isinstance(value, str) else value
    return constant(np.broadcast_to(np.asarray(number, dtype), shape))


_NUMBERS = dtypes.FLOATS + dtypes.INTEGERS
_BITS = (*dtypes.INTEGERS, "bool")

# --- one operand ------------------------------------------------------------------------------------------------------

neg: Primitive = _operation("neg", 1, _NUMBERS, lambda ct, y: (neg(ct),), Cost.CHEAP, linear=True)
abs: Primitive = _operation("abs", 1, _NUMBERS, lambda ct, y: (mul(ct, sign(y.operands[0])),), Cost.CHEAP)
sign: Primitive = _operation("sign", 1, _NUMBERS, no_gradient)
exp: Primitive = _operation("exp", 1, dtypes.FLOATS, lambda ct, y: (mul(ct, y),))
expm1: Primitive = _operation("expm1", 1, dtypes.FLOATS, lambda ct, y: (mul(ct, add(y, full_like(y, 1))),))
log: Primitive = _operation("log", 1, dtypes.FLOATS, lambda ct, y: (div(ct, y.operands[0]),))
log1p: Primitive = _operation("log1p", 1, dtypes.FLOATS, lambda ct, y: (div(ct, add(y.operands[0], full_like(y, 1))),))
sqrt: Primitive = _operation(
    "sqrt", 1, dtypes.FLOATS, lambda ct, y: (div(mul(ct, full_like(y, 0.5)), y),), Cost.DIVISION
)
rsqrt: Primitive = _operation(
    "rsqrt", 1, dtypes.FLOATS, lambda ct, y: (mul(mul(ct, full_like(y, -0.5)), div(y, y.operands[0])),), Cost.DIVISION
)
sin: Primitive = _operation("sin", 1, dtypes.FLOATS, lambda ct, y: (mul(ct, cos(y.operands[0])),))
cos: Primitive = _operation("cos", 1, dtypes.FLOATS, lambda ct, y: (neg(mul(ct, sin(y.operands[0]))),))
tanh: Primitive = _operation("tanh", 1, dtypes.FLOATS, lambda ct, y: (mul(ct, sub(full_like(y, 1), mul(y, y))),))
logistic: Primitive = _operation(
    "logistic", 1, dtypes.FLOATS, lambda ct, y: (mul(ct, mul(y, sub(full_like(y, 1), y))),)
)


def _erf_gradient(ct: Node, y: Node) -> tuple[Node]:
    """d erf(x) / dx = 2 / sqrt(pi) * exp(-x^2)."""
    x = y.operands[0]
    return (mul(ct, mul(full_like(x, 2 / np.sqrt(np.pi)), exp(neg(mul(x, x))))),)


erf: Primitive = _operation("erf", 1, dtypes.FLOATS, _erf_gradient)
floor: Primitive = _operation("floor", 1, dtypes.FLOATS, no_gradient)
ceil: Primitive = _operation("ceil", 1, dtypes.FLOATS, no_gradient)
round_nearest_even: Primitive = _operation("round_nearest_even", 1, dtypes.FLOATS, no_gradient)
is_finite: Primitive = _operation("is_finite", 1, dtypes.FLOATS, no_gradient, result="bool")
stop_gradient: Primitive = _operation("stop_gradient", 1, dtypes.ALL, no_gradient)
logical_not: Primitive = _operation("not", 1, _BITS, no_gradient, Cost.CHEAP)

# --- two operands -----------------------------------------------------------------------------------------------------

add: Primitive = _operation("add", 2, _NUMBERS, lambda ct, z: (ct, ct), Cost.CHEAP, linear=True)
sub: Primitive = _operation("sub", 2, _NUMBERS, lambda ct, z: (ct, neg(ct)), Cost.CHEAP, linear=True)
mul: Primitive = _operation(
    "mul", 2, _NUMBERS, lambda ct, z: (mul(ct, z.operands[1]), mul(ct, z.operands[0])), Cost.CHEAP
)


def _div_gradient(ct: Node, z: Node) -> tuple[Node, Node]:
    """d(x / y) = dx / y - (x / y) dy / y."""
    scaled = div(ct, z.operands[1])
    return scaled, neg(mul(scaled, z))


def _rem_gradient(ct: Node, z: Node) -> tuple[Node, Node]:
    """x rem y = x - y trunc(x / y), whose trunc is flat."""
    x, y = z.operands
    return ct, neg(mul(ct, div(sub(x, z), y)))


def _pow_gradient(ct: Node, z: Node) -> tuple[Node, Node]:
    """d(x^y) = y x^(y-1) dx + x^y log(x) dy, where log is only taken of positive x."""
    x, y = z.operands
    one, zero = full_like(x, 1), full_like(x, 0)
    base = select(eq(y, zero), zero, mul(y, pow(x, sub(y, one))))
    logarithm = select(gt(x, zero), log(select(gt(x, zero), x, one)), zero)
    return mul(ct, base), mul(ct, mul(z, logarithm))


def _extremum_gradient(ct: Node, z: Node) -> tuple[Node, Node]:
    """The cotangent goes to the operand that won, half to each where they are equal."""
    x, y = z.operands
    half = mul(ct, full_like(ct, 0.5))
    zero = full_like(ct, 0)
    tie = eq(x, y)
    return select(tie, half, select(eq(x, z), ct, zero)), select(tie, half, select(eq(y, z), ct, zero))


div: Primitive = _operation("div", 2, _NUMBERS, _div_gradient, Cost.DIVISION)
rem: Primitive = _operation("rem", 2, _NUMBERS, _rem_gradient)
pow: Primitive = _operation("pow", 2, dtypes.FLOATS, _pow_gradient)
max: Primitive = _operation("max", 2, _NUMBERS, _extremum_gradient, Cost.CHEAP)
min: Primitive = _operation("min", 2, _NUMBERS, _extremum_gradient, Cost.CHEAP)
logical_and: Primitive = _operation("and", 2, _BITS, no_gradient, Cost.CHEAP)
logical_or: Primitive = _operation("or", 2, _BITS, no_gradient, Cost.CHEAP)
logical_xor: Primitive = _operation("xor", 2, _BITS, no_gradient, Cost.CHEAP)
shift_left: Primitive = _operation("shift_left", 2, dtypes.INTEGERS, no_gradient, Cost.CHEAP)
shift_right_logical: Primitive = _operation("shift_right_logical", 2, dtypes.INTEGERS, no_gradient, Cost.CHEAP)

eq: Primitive = _operation("eq", 2, dtypes.ALL, no_gradient, Cost.CHEAP, result="bool")
ne: Primitive = _operation("ne", 2, dtypes.ALL, no_gradient, Cost.CHEAP, result="bool")
lt: Primitive = _operation("lt", 2, dtypes.ALL, no_gradient, Cost.CHEAP, result="bool")
le: Primitive = _operation("le", 2, dtypes.ALL, no_gradient, Cost.CHEAP, result="bool")
gt: Primitive = _operation("gt", 2, dtypes.ALL, no_gradient, Cost.CHEAP, result="bool")
ge: Primitive = _operation("ge", 2, dtypes.ALL, no_gradient, Cost.CHEAP, result="bool")


# --- select, convert --------------------------------------------------------------------------------------------------


def _infer_select(predicate: Node, on_true: Node, on_false: Node) -> tuple[Shape, str]:
    shape, dtype = _same("select", on_true, on_false)
    if predicate.dtype != "bool" or predicate.shape != shape:
        raise GraphError(f"select needs a bool predicate of shape {list(shape)}, got {predicate!r}")
    return shape, dtype


def _select_gradient(ct: Node, z: Node) -> tuple[None, Node, Node]:
    predicate, zero = z.operands[0], full_like(ct, 0)
    return None, select(predicate, ct, zero), select(predicate, zero, ct)


select = Primitive("select", _infer_select, _select_gradient, Kind.ELEMENTWISE, Cost.CHEAP)


def _infer_convert(x: Node, *, dtype: str) -> tuple[Shape, str]:
    return x.shape, dtypes.canonical(dtype)


def _convert_gradient(ct: Node, y: Node) -> tuple[Node | None]:
    x = y.operands[0]
    return (convert(ct, dtype=x.dtype) if dtypes.is_float(x.dtype) else None,)


convert_p = Primitive("convert", _infer_convert, _convert_gradient, Kind.ELEMENTWISE, Cost.CHEAP, linear=True)


def convert(x: Node, dtype: str) -> Node:
    """`x` in another dtype. Floats go to integers towards zero, saturating, and NaN to zero."""
    return x if x.dtype == dtype else convert_p(x, dtype=dtype)


TABLE = {
    p.name: p
    for p in (
        *(neg, abs, sign, exp, expm1, log, log1p, sqrt, rsqrt, sin, cos, tanh, logistic, erf),
        *(floor, ceil, round_nearest_even, is_finite, stop_gradient, logical_not),
        *(add, sub, mul, div, rem, pow, max, min, logical_and, logical_or, logical_xor),
        *(shift_left, shift_right_logical, eq, ne, lt, le, gt, ge, select, convert_p),
    )
}
