"""Tensors made of nothing but a shape."""

import builtins
from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph import structural as st
from oribi.graph.node import Node
from oribi.graph.reductions import broadcast_in_dim
from oribi.values import Tensor, as_node, cast_node

from .core import broadcast, promoted, tensor
from .elementwise import add, cast, divide, equal, multiply, subtract, where
from .registry import op
from .shaping import moveaxis, reshape

__all__ = ["arange", "eye", "full", "full_like", "linspace", "ones", "ones_like", "zeros", "zeros_like"]


@op
def zeros(shape: Sequence[int], dtype: Any = None) -> Tensor:
    """Zeros.

    Args:
        shape: sizes of the axes.
        dtype: of the result; float32 by default.
    """
    return full(shape, 0, dtype or dtypes.floatx())


@op
def ones(shape: Sequence[int], dtype: Any = None) -> Tensor:
    """Ones.

    Args:
        shape: sizes of the axes.
        dtype: of the result; float32 by default.
    """
    return full(shape, 1, dtype or dtypes.floatx())


@op
def full(shape: Sequence[int], fill_value: Any, dtype: Any = None) -> Tensor:
    """`fill_value` everywhere.

    Args:
        shape: sizes of the axes.
        fill_value: a number, or what broadcasts to the shape.
        dtype: of the result; the value's by default.
    """
    value = as_node(fill_value, dtype)
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    return tensor(broadcast(value, sizes), fill_value)


@op
def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Zeros of the shape of x.

    Args:
        x: a tensor, or anything that makes one.
        dtype: of the result; by default x's.
    """
    return zeros(as_node(x).shape, dtype or as_node(x).dtype)


@op
def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Ones of the shape of x.

    Args:
        x: a tensor, or anything that makes one.
        dtype: of the result; by default x's.
    """
    return ones(as_node(x).shape, dtype or as_node(x).dtype)


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """`fill_value` in the shape of x.

    Args:
        x: a tensor, or anything that makes one.
        fill_value: a number.
        dtype: of the result; by default x's.
    """
    return full(as_node(x).shape, fill_value, dtype or as_node(x).dtype)


@op
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Tensor:
    """start, start + step, ... up to but not including stop.

    Args:
        start: the first number; with one argument the end.
        stop: the end.
        step: between two numbers.
        dtype: of the result; int32 for whole numbers, else float32.
    """
    low, high = (0, start) if stop is None else (start, stop)
    if step and builtins.all(type(value) is int for value in (low, high, step)):  # nothing to keep in memory
        return tensor(_counted(low, step, len(range(low, high, step)), dtypes.canonical(dtype or "int32")))
    values = np.arange(low, high, step)
    return tensor(as_node(values, dtype or ("int32" if values.dtype.kind in "iu" else dtypes.floatx())))


def _counted(low: int, step: int, count: int, dtype: str) -> Node:
    """`count` integers from `low`, in steps."""
    if low == 0 and step == 1:
        return st.iota(shape=(count,), dtype=dtype, axis=0)
    number = st.iota(shape=(count,), dtype="int64", axis=0)
    return cast_node(ew.add(ew.mul(number, ew.full_like(number, step)), ew.full_like(number, low)), dtype)


@op
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers evenly from start to stop, along a new axis where these are arrays; with `retstep` their distance as well.

    Args:
        start, stop: numbers or arrays.
        num: how many.
        endpoint: whether stop is one of them.
        retstep: return the distance, too.
        dtype: of the result; float32 by default.
        axis: where the new axis is.
    """
    if isinstance(start, float | int) and isinstance(stop, float | int):
        numbers, apart = np.linspace(start, stop, num, endpoint=endpoint, retstep=True)
        made, distance = (tensor(as_node(x, dtype or dtypes.floatx())) for x in (numbers, apart))
        return (made, distance) if retstep else made
    first, last = promoted(start, stop, at_least="float")
    step = divide(
        subtract(tensor(last, stop), tensor(first, start)), float(builtins.max(1, num - 1 if endpoint else num))
    )
    counts = reshape(arange(num, dtype=step.dtype), (num, *(1,) * step.ndim))
    made = add(tensor(first, start), multiply(counts, step))
    if endpoint and num > 1:  # the last is stop itself, whatever rounding says
        made = where(equal(counts, num - 1), tensor(last, stop), made)
    made = cast(moveaxis(made, 0, axis), dtype or made.dtype)
    return (made, step) if retstep else made


@op
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Ones on the k-th diagonal, zeros elsewhere.

    Args:
        N: rows.
        M: columns; as many as rows by default.
        k: number of the diagonal; above the main one where positive.
        dtype: of the result; float32 by default.

    Raises:
        ValueError: a negative size.
    """
    shape = index(N), index(N if M is None else M)
    if builtins.min(shape) < 0:
        raise ValueError(f"eye needs sizes that are not negative, got N={N}, M={M}")
    column_of_row = broadcast_in_dim(_counted(index(k), 1, shape[0], "int64"), shape, (0,))
    column = broadcast_in_dim(_counted(0, 1, shape[1], "int64"), shape, (1,))
    return tensor(cast_node(ew.eq(column_of_row, column), dtypes.of_floats(dtype)))
