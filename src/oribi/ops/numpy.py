"""The part of `keras.ops` that is NumPy's: elementwise functions, reductions, shapes, products."""

import builtins as _py
import math as _math
from collections.abc import Callable as _Callable
from collections.abc import Sequence
from itertools import pairwise as _pairwise
from operator import index as _index
from typing import Any

import numpy as _np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph import reductions as red
from oribi.graph import structural as st
from oribi.graph.contraction import dot_general
from oribi.graph.indexing import gather
from oribi.graph.node import Node
from oribi.graph.reductions import broadcast_in_dim
from oribi.values import Tensor, as_node, cast_node

from .core import (
    Axis,
    axes_of,
    binary,
    broadcast,
    full_node,
    keep_dims,
    promoted,
    tensor,
    together,
    unary,
    weak_dtype,
    wrapped,
)

# --- elementwise ------------------------------------------------------------------------------------------------------


def add(x1: Any, x2: Any) -> Tensor:
    """x1 + x2."""
    return logical_or(x1, x2) if weak_dtype(x1) == weak_dtype(x2) == "bool" else binary(ew.add, x1, x2)


def subtract(x1: Any, x2: Any) -> Tensor:
    """x1 - x2."""
    return binary(ew.sub, x1, x2, at_least="int" if weak_dtype(x1) == weak_dtype(x2) == "bool" else None)


def multiply(x1: Any, x2: Any) -> Tensor:
    """x1 * x2."""
    return logical_and(x1, x2) if weak_dtype(x1) == weak_dtype(x2) == "bool" else binary(ew.mul, x1, x2)


def divide(x1: Any, x2: Any) -> Tensor:
    """x1 / x2, as floats."""
    return binary(ew.div, x1, x2, at_least="float")


true_divide = divide


def floor_divide(x1: Any, x2: Any) -> Tensor:
    """The largest whole number not above x1 / x2."""
    a, b = together(*promoted(x1, x2, at_least="int"))
    if dtypes.is_float(a.dtype):
        return tensor(ew.floor(ew.div(a, b)), x1, x2)
    quotient, zero = ew.div(a, b), ew.full_like(a, 0)
    inexact = ew.logical_and(ew.ne(ew.rem(a, b), zero), ew.ne(ew.lt(a, zero), ew.lt(b, zero)))
    return tensor(ew.select(inexact, ew.sub(quotient, ew.full_like(a, 1)), quotient), x1, x2)


def mod(x1: Any, x2: Any) -> Tensor:
    """The remainder with the sign of x2."""
    a, b = together(*promoted(x1, x2, at_least="int"))
    rest, zero = ew.rem(a, b), ew.full_like(a, 0)
    across = ew.logical_and(ew.ne(rest, zero), ew.ne(ew.lt(rest, zero), ew.lt(b, zero)))
    return tensor(ew.select(across, ew.add(rest, b), rest), x1, x2)


def power(x1: Any, x2: Any) -> Tensor:
    """x1 to the power of x2; that of integers is exact, and wraps as their products do."""
    base, exponent = promoted(x1, x2, at_least="int")
    a, b = together(base, exponent)
    if dtypes.is_float(a.dtype):
        return tensor(ew.pow(a, b), x1, x2)
    bits = dtypes.TABLE[b.dtype].bits
    if exponent.op == "constant" and exponent.size:
        bits = _py.max(int(exponent.attributes["value"].max()).bit_length(), 1)
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


def maximum(x1: Any, x2: Any) -> Tensor:
    """The larger of x1 and x2; NaN if either is."""
    return binary(_for_numbers(ew.max, ew.logical_or), x1, x2)


def minimum(x1: Any, x2: Any) -> Tensor:
    """The smaller of x1 and x2; NaN if either is."""
    return binary(_for_numbers(ew.min, ew.logical_and), x1, x2)


def _for_numbers(primitive: _Callable[[Node, Node], Node], of_bools: _Callable[[Node, Node], Node]) -> Any:
    """A primitive for numbers, and its meaning for booleans."""
    return lambda a, b: (of_bools if a.dtype == "bool" else primitive)(a, b)


def clip(x: Any, x_min: Any, x_max: Any) -> Tensor:
    """x kept between x_min and x_max."""
    return minimum(maximum(x, x_min), x_max)


def negative(x: Any) -> Tensor:
    """-x."""
    return unary(ew.neg, x)


def absolute(x: Any) -> Tensor:
    """|x|."""
    return unary(ew.abs, x) if weak_dtype(x) != "bool" else tensor(as_node(x), x)


abs = absolute


def sign(x: Any) -> Tensor:
    """1, 0 or -1 with the sign of x."""
    return unary(ew.sign, x)


def square(x: Any) -> Tensor:
    """x * x."""
    (node,) = promoted(x, at_least="int") if weak_dtype(x) == "bool" else promoted(x)
    return tensor(ew.mul(node, node), x)


def exp(x: Any) -> Tensor:
    """e to the power of x."""
    return unary(ew.exp, x, "float")


def expm1(x: Any) -> Tensor:
    """exp(x) - 1, accurate near zero."""
    return unary(ew.expm1, x, "float")


def log(x: Any) -> Tensor:
    """The natural logarithm."""
    return unary(ew.log, x, "float")


def log1p(x: Any) -> Tensor:
    """log(1 + x), accurate near zero."""
    return unary(ew.log1p, x, "float")


def log2(x: Any) -> Tensor:
    """The logarithm to base 2."""
    return divide(log(x), _math.log(2))


def log10(x: Any) -> Tensor:
    """The logarithm to base 10."""
    return divide(log(x), _math.log(10))


def sqrt(x: Any) -> Tensor:
    """The square root."""
    return unary(ew.sqrt, x, "float")


def reciprocal(x: Any) -> Tensor:
    """1 / x."""
    return divide(1.0, x)


def sin(x: Any) -> Tensor:
    """The sine of x in radians."""
    return unary(ew.sin, x, "float")


def cos(x: Any) -> Tensor:
    """The cosine of x in radians."""
    return unary(ew.cos, x, "float")


def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent."""
    return unary(ew.tanh, x, "float")


def floor(x: Any) -> Tensor:
    """The largest whole number not above x."""
    return unary(ew.floor, x, "float")


def ceil(x: Any) -> Tensor:
    """The smallest whole number not below x."""
    return unary(ew.ceil, x, "float")


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
    if unit > _np.iinfo(x.dtype).max:
        return zero
    of, two = ew.full_like(x, unit), ew.full_like(x, 2)
    rest = mod(Tensor(x), Tensor(of)).node
    low = ew.sub(x, rest)
    above = ew.sub(of, rest)
    is_odd = ew.ne(ew.rem(ew.div(low, of), two), zero)
    up = ew.logical_or(ew.gt(rest, above), ew.logical_and(ew.eq(rest, above), is_odd))
    return ew.select(up, ew.add(low, of), low)


def isfinite(x: Any) -> Tensor:
    """Where x is neither NaN nor infinite."""
    return unary(ew.is_finite, x, "float")


def isnan(x: Any) -> Tensor:
    """Where x is NaN."""
    return not_equal(x, x)


def isinf(x: Any) -> Tensor:
    """Where x is infinite."""
    return equal(absolute(x), float("inf"))


def equal(x1: Any, x2: Any) -> Tensor:
    """x1 == x2."""
    return binary(ew.eq, x1, x2)


def not_equal(x1: Any, x2: Any) -> Tensor:
    """x1 != x2."""
    return binary(ew.ne, x1, x2)


def less(x1: Any, x2: Any) -> Tensor:
    """x1 < x2."""
    return binary(ew.lt, x1, x2)


def less_equal(x1: Any, x2: Any) -> Tensor:
    """x1 <= x2."""
    return binary(ew.le, x1, x2)


def greater(x1: Any, x2: Any) -> Tensor:
    """x1 > x2."""
    return binary(ew.gt, x1, x2)


def greater_equal(x1: Any, x2: Any) -> Tensor:
    """x1 >= x2."""
    return binary(ew.ge, x1, x2)


def _logical(primitive: Any, *xs: Any) -> Tensor:
    return tensor(primitive(*together(*(cast_node(as_node(x), "bool") for x in xs))), *xs)


def logical_and(x1: Any, x2: Any) -> Tensor:
    """Where both hold."""
    return _logical(ew.logical_and, x1, x2)


def logical_or(x1: Any, x2: Any) -> Tensor:
    """Where either holds."""
    return _logical(ew.logical_or, x1, x2)


def logical_xor(x1: Any, x2: Any) -> Tensor:
    """Where exactly one holds."""
    return _logical(ew.logical_xor, x1, x2)


def logical_not(x: Any) -> Tensor:
    """Where x does not hold."""
    return _logical(ew.logical_not, x)


def where(condition: Any, x1: Any, x2: Any) -> Tensor:
    """x1 where the condition holds, x2 elsewhere."""
    predicate = cast_node(as_node(condition), "bool")
    return tensor(ew.select(*together(predicate, *promoted(x1, x2))), condition, x1, x2)


def cast(x: Any, dtype: Any) -> Tensor:
    """x in another dtype."""
    if isinstance(x, Tensor) and x.dtype == dtype:
        return x
    return tensor(as_node(x, dtypes.canonical(dtype)), x)


# --- shapes -----------------------------------------------------------------------------------------------------------


def reshape(x: Any, newshape: int | Sequence[int]) -> Tensor:
    """The elements of x in another shape; one -1 is worked out."""
    node = as_node(x)
    wanted = [newshape] if isinstance(newshape, int) else [int(n) for n in newshape]
    if wanted.count(-1) == 1:
        known = _math.prod(n for n in wanted if n != -1)
        wanted[wanted.index(-1)] = node.size // known if known else 0
    if _py.any(n < 0 for n in wanted) or _math.prod(wanted) != node.size:
        raise ValueError(f"cannot reshape {list(node.shape)} ({node.size} elements) into {newshape}")
    return tensor(st.reshape(node, tuple(wanted)), x)


def ravel(x: Any) -> Tensor:
    """x as one row of elements."""
    return reshape(x, (-1,))


def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """Axis i of the result is axis `axes[i]` of x; all reversed by default."""
    node = as_node(x)
    rank = len(node.shape)
    order = tuple(reversed(range(rank))) if axes is None else tuple(axes_of(a, rank)[0] for a in axes)
    return tensor(st.transpose(node, order), x)


def moveaxis(x: Any, source: int, destination: int) -> Tensor:
    """x with one axis moved."""
    rank = len(as_node(x).shape)
    order = [a for a in range(rank) if a != source % rank]
    order.insert(destination % rank, source % rank)
    return transpose(x, order)


def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """x with two axes exchanged."""
    order = list(range(len(as_node(x).shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def expand_dims(x: Any, axis: int | Sequence[int]) -> Tensor:
    """x with axes of size one put in."""
    node = as_node(x)
    count = 1 if isinstance(axis, int) else len(axis)
    places = axes_of(axis, len(node.shape) + count)
    sizes = iter(node.shape)
    return tensor(st.reshape(node, tuple(1 if a in places else next(sizes) for a in range(len(node.shape) + count))), x)


def squeeze(x: Any, axis: Axis = None) -> Tensor:
    """x without axes of size one."""
    node = as_node(x)
    drop = [a for a, n in enumerate(node.shape) if n == 1] if axis is None else axes_of(axis, len(node.shape))
    if _py.any(node.shape[a] != 1 for a in drop):
        raise ValueError(f"cannot squeeze axis {axis} of shape {list(node.shape)}: its size is not 1")
    return tensor(st.reshape(node, tuple(n for a, n in enumerate(node.shape) if a not in drop)), x)


def broadcast_to(x: Any, shape: Sequence[int]) -> Tensor:
    """x repeated to `shape`, as NumPy does."""
    node = as_node(x)
    together(node, full_node(0, shape, "int32"))
    return tensor(broadcast(node, tuple(shape)), x)


def concatenate(xs: Sequence[Any], axis: int | None = 0) -> Tensor:
    """The tensors joined along an axis that they have, or flat for None."""
    nodes = promoted(*xs)
    if axis is None:
        nodes, axis = [st.reshape(node, (node.size,)) for node in nodes], 0
    return tensor(st.concatenate(*nodes, axis=axes_of(axis, len(nodes[0].shape))[0]), *xs)


def stack(x: Sequence[Any], axis: int = 0) -> Tensor:
    """The tensors joined along a new axis."""
    return concatenate([expand_dims(part, axis) for part in x], axis)


PARTS = 2**16  # that split makes


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """x cut into equal sections, or at the given indices."""
    node = as_node(x)
    at = axes_of(axis, len(node.shape))[0]
    extent = node.shape[at]
    if isinstance(indices_or_sections, int):
        if extent % indices_or_sections:
            raise ValueError(f"cannot split axis {axis} of size {extent} into {indices_or_sections} equal sections")
        if indices_or_sections > PARTS:
            raise ValueError(f"cannot split into {indices_or_sections} parts; at most {PARTS}")
        step = extent // indices_or_sections
        edges = list(range(0, extent + 1, step))
    else:
        edges = [0, *indices_or_sections, extent]
    return [tensor(_part(node, at, lo, hi), x) for lo, hi in _pairwise(edges)]


def _part(node: Node, axis: int, low: int, high: int) -> Node:
    start, limit = [0] * len(node.shape), list(node.shape)
    start[axis], limit[axis] = low, high
    return st.slice_(node, tuple(start), tuple(limit))


def flip(x: Any, axis: Axis = None) -> Tensor:
    """x with axes reversed."""
    node = as_node(x)
    return tensor(st.reverse(node, axes=axes_of(axis, len(node.shape))), x)


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: float | None = None) -> Tensor:
    """x with `constant_values` around it: (before, after) for each axis."""
    if mode != "constant":
        raise NotImplementedError(f"pad(mode={mode!r}) is not there yet; use mode='constant'")
    node = as_node(x)
    widths = _np.broadcast_to(_np.asarray(pad_width, dtype=int), (len(node.shape), 2)).tolist()
    low, high = tuple(w[0] for w in widths), tuple(w[1] for w in widths)
    return tensor(st.pad(node, low, high, value=constant_values or 0), x)


def repeat(x: Any, repeats: int, axis: int | None = None) -> Tensor:
    """Each element of an axis `repeats` times."""
    node = as_node(x if axis is not None else ravel(x))
    at = axes_of(axis or 0, len(node.shape))[0]
    shape = (*node.shape[: at + 1], repeats, *node.shape[at + 1 :])
    spread = broadcast_in_dim(node, shape, tuple(a for a in range(len(shape)) if a != at + 1))
    return tensor(st.reshape(spread, (*node.shape[:at], node.shape[at] * repeats, *node.shape[at + 1 :])), x)


def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Slices of x at `indices` along an axis; negative ones count from the end, those outside are clamped."""
    node = as_node(x if axis is not None else ravel(x))
    at = axes_of(axis or 0, len(node.shape))[0]
    return tensor(gather(node, wrapped(as_node(indices), node.shape[at]), at), x, indices)


# --- making tensors ---------------------------------------------------------------------------------------------------


def zeros(shape: Sequence[int], dtype: Any = None) -> Tensor:
    """Zeros."""
    return full(shape, 0, dtype or dtypes.FLOATX)


def ones(shape: Sequence[int], dtype: Any = None) -> Tensor:
    """Ones."""
    return full(shape, 1, dtype or dtypes.FLOATX)


def full(shape: Sequence[int], fill_value: Any, dtype: Any = None) -> Tensor:
    """`fill_value` everywhere."""
    value = as_node(fill_value, dtype)
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    return tensor(broadcast(value, sizes), fill_value)


def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Zeros of the shape of x."""
    return zeros(as_node(x).shape, dtype or as_node(x).dtype)


def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Ones of the shape of x."""
    return ones(as_node(x).shape, dtype or as_node(x).dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """`fill_value` in the shape of x."""
    return full(as_node(x).shape, fill_value, dtype or as_node(x).dtype)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Tensor:
    """start, start + step, ... up to but not including stop."""
    low, high = (0, start) if stop is None else (start, stop)
    if step and _py.all(type(value) is int for value in (low, high, step)):  # nothing to keep in memory
        return tensor(_counted(low, step, len(range(low, high, step)), dtypes.canonical(dtype or "int32")))
    values = _np.arange(low, high, step)
    return tensor(as_node(values, dtype or ("int32" if values.dtype.kind in "iu" else dtypes.FLOATX)))


def _counted(low: int, step: int, count: int, dtype: str) -> Node:
    """`count` integers from `low`, in steps."""
    if low == 0 and step == 1:
        return st.iota(shape=(count,), dtype=dtype, axis=0)
    number = st.iota(shape=(count,), dtype="int64", axis=0)
    return cast_node(ew.add(ew.mul(number, ew.full_like(number, step)), ew.full_like(number, low)), dtype)


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers evenly from start to stop, along a new axis where these are arrays; with `retstep` their distance as well."""
    if isinstance(start, float | int) and isinstance(stop, float | int):
        numbers, apart = _np.linspace(start, stop, num, endpoint=endpoint, retstep=True)
        made, distance = (tensor(as_node(x, dtype or dtypes.FLOATX)) for x in (numbers, apart))
        return (made, distance) if retstep else made
    first, last = promoted(start, stop, at_least="float")
    step = divide(subtract(tensor(last, stop), tensor(first, start)), float(_py.max(1, num - 1 if endpoint else num)))
    counts = reshape(arange(num, dtype=step.dtype), (num, *(1,) * step.ndim))
    made = add(tensor(first, start), multiply(counts, step))
    if endpoint and num > 1:  # the last is stop itself, whatever rounding says
        made = where(equal(counts, num - 1), tensor(last, stop), made)
    made = cast(moveaxis(made, 0, axis), dtype or made.dtype)
    return (made, step) if retstep else made


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Ones on the k-th diagonal, zeros elsewhere."""
    shape = _index(N), _index(N if M is None else M)
    if _py.min(shape) < 0:
        raise ValueError(f"eye needs sizes that are not negative, got N={N}, M={M}")
    column_of_row = broadcast_in_dim(_counted(_index(k), 1, shape[0], "int64"), shape, (0,))
    column = broadcast_in_dim(_counted(0, 1, shape[1], "int64"), shape, (1,))
    return tensor(cast_node(ew.eq(column_of_row, column), dtypes.canonical(dtype or dtypes.FLOATX)))


# --- reductions -------------------------------------------------------------------------------------------------------


def _reduced(primitive: Any, x: Any, node: Node, axis: Axis, keepdims: bool) -> Tensor:
    axes = axes_of(axis, len(node.shape))
    result = primitive(node, axes=axes) if axes else node
    return tensor(keep_dims(result, node.shape, axes) if keepdims else result, x)


def _summable(x: Any) -> Node:
    """Small integers and bools are summed as int32 or uint32, as Keras does."""
    node = as_node(x)
    if node.dtype in ("bool", "int8", "int16"):
        return cast_node(node, "int32")
    return cast_node(node, "uint32") if node.dtype in ("uint8", "uint16") else node


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The sum over axes."""
    return _reduced(red.reduce_sum_p, x, _summable(x), axis, keepdims)


def prod(x: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product over axes, in a dtype."""
    node = _summable(x) if dtype is None else cast_node(as_node(x), dtypes.canonical(dtype))
    return _reduced(red.reduce_prod, x, node, axis, keepdims)


def _extremum(primitive: Any, word: str, x: Any, axis: Axis, keepdims: bool, initial: Any) -> Tensor:
    node = as_node(x)
    if initial is not None:
        return _with_initial(primitive, word, x, axis, keepdims, initial)
    if _py.any(node.shape[a] == 0 for a in axes_of(axis, len(node.shape))):
        raise ValueError(f"{word} of shape {list(node.shape)} over axis {axis}: no elements")
    if node.dtype == "bool":
        primitive = red.reduce_or if word == "max" else red.reduce_and
    return _reduced(primitive, x, node, axis, keepdims)


def _with_initial(primitive: Any, word: str, x: Any, axis: Axis, keepdims: bool, initial: Any) -> Tensor:
    """An extremum of the elements and of one number more, which is all there is where there are none."""
    node = as_node(x)
    joined = maximum if word == "max" else minimum
    if _py.any(node.shape[a] == 0 for a in axes_of(axis, len(node.shape))):
        return full(sum(x, axis, keepdims).shape, initial, dtype=node.dtype)
    return joined(_extremum(primitive, word, x, axis, keepdims, None), cast(initial, node.dtype))


def max(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The largest element over axes, and of `initial`; NaN if there is one."""
    return _extremum(red.reduce_max, "max", x, axis, keepdims, initial)


def min(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The smallest element over axes, and of `initial`; NaN if there is one."""
    return _extremum(red.reduce_min, "min", x, axis, keepdims, initial)


amax, amin = max, min


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean over axes."""
    (node,) = promoted(x, at_least="float")
    count = _math.prod(node.shape[a] for a in axes_of(axis, len(node.shape)))
    return divide(_reduced(red.reduce_sum_p, x, node, axis, keepdims), float(count))


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The variance over axes: the mean squared distance from the mean."""
    return mean(square(subtract(x, mean(x, axis, keepdims=True))), axis, keepdims)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over axes."""
    return sqrt(var(x, axis, keepdims))


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether any element over axes holds."""
    return _reduced(red.reduce_or, x, cast_node(as_node(x), "bool"), axis, keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether all elements over axes hold."""
    return _reduced(red.reduce_and, x, cast_node(as_node(x), "bool"), axis, keepdims)


def _arg(primitive: Any, x: Any, axis: int | None, keepdims: bool) -> Tensor:
    node = as_node(x)
    if node.dtype == "bool":
        node = cast_node(node, "int32")
    flat = st.reshape(node, (node.size,)) if axis is None else node
    at = 0 if axis is None else axes_of(axis, len(node.shape))[0]
    result = primitive(flat, axis=at, dtype="int32")
    if keepdims:
        axes = tuple(range(len(node.shape))) if axis is None else (at,)
        result = keep_dims(result, node.shape, axes)
    return tensor(result, x)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the largest element; the first of several."""
    return _arg(red.argmax, x, axis, keepdims)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the smallest element; the first of several."""
    return _arg(red.argmin, x, axis, keepdims)


# --- products ---------------------------------------------------------------------------------------------------------


def _contracted(a: Node, b: Node, *axes: Any) -> Node:
    """A product of two arrays, summed over axes; of booleans whether any pair is true."""
    if a.dtype != "bool":
        return dot_general(a, b, *axes)
    counts = dot_general(cast_node(a, "int32"), cast_node(b, "int32"), *axes)
    return ew.ne(counts, ew.full_like(counts, 0))


def matmul(x1: Any, x2: Any) -> Tensor:
    """The product of matrices, batched over leading axes as NumPy does; of int8 in int32, as Keras'.

    Raises:
        ValueError: the inner sizes differ.
    """
    a, b = promoted(x1, x2)
    if a.dtype == "int8":
        a, b = cast_node(a, "int32"), cast_node(b, "int32")
    if not a.shape or not b.shape:
        raise ValueError("matmul needs operands of at least one dimension; use multiply for scalars")
    if a.shape[-1] != b.shape[-2 if len(b.shape) > 1 else 0]:
        raise ValueError(f"matmul of shapes {list(a.shape)} and {list(b.shape)}: the inner sizes differ")
    if len(b.shape) <= 2:
        return tensor(_contracted(a, b, ((len(a.shape) - 1,), (_py.max(len(b.shape) - 2, 0),))), x1, x2)
    if len(a.shape) == 1:
        return squeeze(matmul(expand_dims(x1, 0), x2), -2)
    lead = tuple(_np.broadcast_shapes(a.shape[:-2], b.shape[:-2]))
    a, b = broadcast(a, (*lead, *a.shape[-2:])), broadcast(b, (*lead, *b.shape[-2:]))
    n = len(lead)
    axes = tuple(range(n))
    return tensor(_contracted(a, b, ((n + 1,), (n,)), (axes, axes)), x1, x2)


def dot(x1: Any, x2: Any) -> Tensor:
    """NumPy's dot: the last axis of x1 with the last but one of x2."""
    a, b = promoted(x1, x2)
    if not a.shape or not b.shape:
        return multiply(x1, x2)
    return tensor(_contracted(a, b, ((len(a.shape) - 1,), (_py.max(len(b.shape) - 2, 0),))), x1, x2)


def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """The product summed over the given axes of both, or over the last and first `axes`."""
    a, b = promoted(x1, x2)
    if isinstance(axes, int):
        left, right = tuple(range(len(a.shape) - axes, len(a.shape))), tuple(range(axes))
    else:
        left, right = (tuple([s] if isinstance(s, int) else s) for s in axes)
    left = tuple(i % len(a.shape) for i in left)
    right = tuple(i % len(b.shape) for i in right)
    return tensor(_contracted(a, b, (left, right)), x1, x2)


def outer(x1: Any, x2: Any) -> Tensor:
    """Every product of an element of x1 and one of x2."""
    return tensordot(ravel(x1), ravel(x2), 0)
