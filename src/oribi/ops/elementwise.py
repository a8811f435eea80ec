"""Functions of the elements at one place, as NumPy has them."""

import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.node import Node
from oribi.values import Tensor, as_node, cast_node

from .core import binary, promoted, tensor, together, unary, weak_dtype
from .registry import alias, op

__all__ = [
    "abs",
    "absolute",
    "add",
    "cast",
    "ceil",
    "clip",
    "cos",
    "divide",
    "equal",
    "exp",
    "expm1",
    "floor",
    "floor_divide",
    "greater",
    "greater_equal",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log10",
    "log1p",
    "log2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "not_equal",
    "power",
    "reciprocal",
    "round",
    "sign",
    "sin",
    "sqrt",
    "square",
    "subtract",
    "tanh",
    "true_divide",
    "where",
]


@op
def add(x1: Any, x2: Any) -> Tensor:
    """x1 + x2."""
    return logical_or(x1, x2) if weak_dtype(x1) == weak_dtype(x2) == "bool" else binary(ew.add, x1, x2)


@op
def subtract(x1: Any, x2: Any) -> Tensor:
    """x1 - x2."""
    return binary(ew.sub, x1, x2, at_least="int" if weak_dtype(x1) == weak_dtype(x2) == "bool" else None)


@op
def multiply(x1: Any, x2: Any) -> Tensor:
    """x1 * x2."""
    return logical_and(x1, x2) if weak_dtype(x1) == weak_dtype(x2) == "bool" else binary(ew.mul, x1, x2)


@op
def divide(x1: Any, x2: Any) -> Tensor:
    """x1 / x2, as floats."""
    return binary(ew.div, x1, x2, at_least="float")


true_divide = divide
alias("true_divide", divide)


@op
def floor_divide(x1: Any, x2: Any) -> Tensor:
    """The largest whole number not above x1 / x2."""
    a, b = together(*promoted(x1, x2, at_least="int"))
    if dtypes.is_float(a.dtype):
        return tensor(ew.floor(ew.div(a, b)), x1, x2)
    quotient, zero = ew.div(a, b), ew.full_like(a, 0)
    inexact = ew.logical_and(ew.ne(ew.rem(a, b), zero), ew.ne(ew.lt(a, zero), ew.lt(b, zero)))
    return tensor(ew.select(inexact, ew.sub(quotient, ew.full_like(a, 1)), quotient), x1, x2)


@op
def mod(x1: Any, x2: Any) -> Tensor:
    """The remainder with the sign of x2.

    Args:
        x1, x2: operands, promoted to one dtype and broadcast.
    """
    a, b = together(*promoted(x1, x2, at_least="int"))
    rest, zero = ew.rem(a, b), ew.full_like(a, 0)
    across = ew.logical_and(ew.ne(rest, zero), ew.ne(ew.lt(rest, zero), ew.lt(b, zero)))
    return tensor(ew.select(across, ew.add(rest, b), rest), x1, x2)


@op
def power(x1: Any, x2: Any) -> Tensor:
    """x1 to the power of x2; that of integers is exact, and wraps as their products do."""
    base, exponent = promoted(x1, x2, at_least="int")
    a, b = together(base, exponent)
    if dtypes.is_float(a.dtype):
        return tensor(ew.pow(a, b), x1, x2)
    bits = dtypes.TABLE[b.dtype].bits
    if exponent.op == "constant" and exponent.size:
        bits = builtins.max(int(exponent.attributes["value"].max()).bit_length(), 1)
    return tensor(_integer_power(a, b, bits), x1, x2)


def _integer_power(x: Node, exponent: Node, bits: int) -> Node:
    """By repeated squaring, one bit of the exponent after the other; one over the power of a negative one, rounded to zero."""
    zero, one = ew.full_like(x, 0), ew.full_like(x, 1)
    result, square = one, x
    odd = ew.ne(ew.logical_and(exponent, one), zero)
    for bit in range(bits):
        shifted = ew.shift_right_logical(exponent, ew.full_like(exponent, bit))
        taken = ew.ne(ew.logical_and(shifted, one), zero)
        result = ew.select(taken, ew.mul(result, square), result)
        square = ew.mul(square, square)
    if x.dtype.startswith("u"):
        return result
    minus = ew.neg(one)
    of_minus = ew.select(odd, minus, one)
    inverse = ew.select(ew.eq(x, one), one, ew.select(ew.eq(x, minus), of_minus, zero))
    return ew.select(ew.lt(exponent, zero), inverse, result)


@op
def maximum(x1: Any, x2: Any) -> Tensor:
    """The larger of x1 and x2; NaN if either is."""
    return binary(_for_numbers(ew.max, ew.logical_or), x1, x2)


@op
def minimum(x1: Any, x2: Any) -> Tensor:
    """The smaller of x1 and x2; NaN if either is."""
    return binary(_for_numbers(ew.min, ew.logical_and), x1, x2)


def _for_numbers(primitive: Callable[[Node, Node], Node], of_bools: Callable[[Node, Node], Node]) -> Any:
    """A primitive for numbers, and its meaning for booleans."""
    return lambda a, b: (of_bools if a.dtype == "bool" else primitive)(a, b)


@op
def clip(x: Any, x_min: Any, x_max: Any) -> Tensor:
    """x kept between x_min and x_max."""
    return minimum(maximum(x, x_min), x_max)


@op
def negative(x: Any) -> Tensor:
    """-x."""
    return unary(ew.neg, x)


@op
def absolute(x: Any) -> Tensor:
    """|x|."""
    return unary(ew.abs, x) if weak_dtype(x) != "bool" else tensor(as_node(x), x)


abs = absolute
alias("abs", absolute)


@op
def sign(x: Any) -> Tensor:
    """1, 0 or -1 with the sign of x."""
    return unary(ew.sign, x)


@op
def square(x: Any) -> Tensor:
    """x * x."""
    (node,) = promoted(x, at_least="int") if weak_dtype(x) == "bool" else promoted(x)
    return tensor(ew.mul(node, node), x)


@op
def exp(x: Any) -> Tensor:
    """e to the power of x."""
    return unary(ew.exp, x, "float")


@op
def expm1(x: Any) -> Tensor:
    """exp(x) - 1, accurate near zero."""
    return unary(ew.expm1, x, "float")


@op
def log(x: Any) -> Tensor:
    """The natural logarithm.

    Args:
        x: a tensor, or anything that makes one.
    """
    return unary(ew.log, x, "float")


@op
def log1p(x: Any) -> Tensor:
    """log(1 + x), accurate near zero."""
    return unary(ew.log1p, x, "float")


@op
def log2(x: Any) -> Tensor:
    """The logarithm to base 2.

    Args:
        x: a tensor, or anything that makes one.
    """
    return divide(log(x), math.log(2))


@op
def log10(x: Any) -> Tensor:
    """The logarithm to base 10.

    Args:
        x: a tensor, or anything that makes one.
    """
    return divide(log(x), math.log(10))


@op
def sqrt(x: Any) -> Tensor:
    """The square root.

    Args:
        x: a tensor, or anything that makes one.
    """
    return unary(ew.sqrt, x, "float")


@op
def reciprocal(x: Any) -> Tensor:
    """1 / x."""
    return divide(1.0, x)


@op
def sin(x: Any) -> Tensor:
    """The sine of x in radians."""
    return unary(ew.sin, x, "float")


@op
def cos(x: Any) -> Tensor:
    """The cosine of x in radians."""
    return unary(ew.cos, x, "float")


@op
def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent.

    Args:
        x: a tensor, or anything that makes one.
    """
    return unary(ew.tanh, x, "float")


@op
def floor(x: Any) -> Tensor:
    """The largest whole number not above x."""
    return unary(ew.floor, x, "float")


@op
def ceil(x: Any) -> Tensor:
    """The smallest whole number not below x."""
    return unary(ew.ceil, x, "float")


@op
def round(x: Any, decimals: int = 0) -> Tensor:
    """x rounded to `decimals`, halves to even; integers stay integers."""
    (node,) = promoted(x, at_least="int")
    if not dtypes.is_float(node.dtype):
        return tensor(node if decimals >= 0 else _rounded_integer(node, 10**-decimals), x)
    if decimals == 0:
        return unary(ew.round_nearest_even, x, "float")
    return divide(unary(ew.round_nearest_even, multiply(x, 10.0**decimals), "float"), 10.0**decimals)


def _rounded_integer(x: Node, unit: int) -> Node:
    """Integers to the nearest multiple of a unit, halves to an even one."""
    zero = ew.full_like(x, 0)
    if unit > np.iinfo(x.dtype).max:
        return zero
    of, two = ew.full_like(x, unit), ew.full_like(x, 2)
    rest = mod(Tensor(x), Tensor(of)).node
    low = ew.sub(x, rest)
    above = ew.sub(of, rest)
    is_odd = ew.ne(ew.rem(ew.div(low, of), two), zero)
    up = ew.logical_or(ew.gt(rest, above), ew.logical_and(ew.eq(rest, above), is_odd))
    return ew.select(up, ew.add(low, of), low)


@op
def isfinite(x: Any) -> Tensor:
    """Where x is neither NaN nor infinite."""
    return unary(ew.is_finite, x, "float")


@op
def isnan(x: Any) -> Tensor:
    """Where x is NaN."""
    return not_equal(x, x)


@op
def isinf(x: Any) -> Tensor:
    """Where x is infinite."""
    return equal(absolute(x), float("inf"))


@op
def equal(x1: Any, x2: Any) -> Tensor:
    """x1 == x2."""
    return binary(ew.eq, x1, x2)


@op
def not_equal(x1: Any, x2: Any) -> Tensor:
    """x1 != x2."""
    return binary(ew.ne, x1, x2)


@op
def less(x1: Any, x2: Any) -> Tensor:
    """x1 < x2."""
    return binary(ew.lt, x1, x2)


@op
def less_equal(x1: Any, x2: Any) -> Tensor:
    """x1 <= x2."""
    return binary(ew.le, x1, x2)


@op
def greater(x1: Any, x2: Any) -> Tensor:
    """x1 > x2."""
    return binary(ew.gt, x1, x2)


@op
def greater_equal(x1: Any, x2: Any) -> Tensor:
    """x1 >= x2."""
    return binary(ew.ge, x1, x2)


def _logical(primitive: Any, *xs: Any) -> Tensor:
    return tensor(primitive(*together(*(cast_node(as_node(x), "bool") for x in xs))), *xs)


@op
def logical_and(x1: Any, x2: Any) -> Tensor:
    """Where both hold.

    Args:
        x1, x2: operands, promoted to one dtype and broadcast.
    """
    return _logical(ew.logical_and, x1, x2)


@op
def logical_or(x1: Any, x2: Any) -> Tensor:
    """Where either holds.

    Args:
        x1, x2: operands, promoted to one dtype and broadcast.
    """
    return _logical(ew.logical_or, x1, x2)


@op
def logical_xor(x1: Any, x2: Any) -> Tensor:
    """Where exactly one holds.

    Args:
        x1, x2: operands, promoted to one dtype and broadcast.
    """
    return _logical(ew.logical_xor, x1, x2)


@op
def logical_not(x: Any) -> Tensor:
    """Where x does not hold."""
    return _logical(ew.logical_not, x)


@op
def where(condition: Any, x1: Any, x2: Any) -> Tensor:
    """x1 where the condition holds, x2 elsewhere."""
    predicate = cast_node(as_node(condition), "bool")
    return tensor(ew.select(*together(predicate, *promoted(x1, x2))), condition, x1, x2)


@op("core")
def cast(x: Any, dtype: Any) -> Tensor:
    """x in another dtype."""
    if isinstance(x, Tensor) and x.dtype == dtype:
        return x
    return tensor(as_node(x, dtypes.canonical(dtype)), x)
