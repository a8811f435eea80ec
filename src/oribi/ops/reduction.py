"""Many elements to one: sums, means, extrema and where they are."""

import builtins
import math
from typing import Any

from oribi.graph import dtypes
from oribi.graph import reductions as red
from oribi.graph import structural as st
from oribi.graph.node import Node
from oribi.values import Tensor, as_node, cast_node

from .core import Axis, axes_of, keep_dims, promoted, tensor
from .creation import full
from .elementwise import cast, divide, maximum, minimum, sqrt, square, subtract
from .registry import alias, op

__all__ = ["all", "amax", "amin", "any", "argmax", "argmin", "max", "mean", "min", "prod", "std", "sum", "var"]


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


@op
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The sum over axes.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    return _reduced(red.reduce_sum_p, x, _summable(x), axis, keepdims)


@op
def prod(x: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product over axes, in a dtype.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
        dtype: of the result; the operand's by default, small integers as 32 bits.
    """
    node = _summable(x) if dtype is None else cast_node(as_node(x), dtypes.canonical(dtype))
    return _reduced(red.reduce_prod, x, node, axis, keepdims)


def _extremum(primitive: Any, word: str, x: Any, axis: Axis, keepdims: bool, initial: Any) -> Tensor:
    node = as_node(x)
    if initial is not None:
        return _with_initial(primitive, word, x, axis, keepdims, initial)
    if builtins.any(node.shape[a] == 0 for a in axes_of(axis, len(node.shape))):
        raise ValueError(f"{word} of shape {list(node.shape)} over axis {axis}: no elements")
    if node.dtype == "bool":
        primitive = red.reduce_or if word == "max" else red.reduce_and
    return _reduced(primitive, x, node, axis, keepdims)


def _with_initial(primitive: Any, word: str, x: Any, axis: Axis, keepdims: bool, initial: Any) -> Tensor:
    """An extremum of the elements and of one number more, which is all there is where there are none."""
    node = as_node(x)
    joined = maximum if word == "max" else minimum
    if builtins.any(node.shape[a] == 0 for a in axes_of(axis, len(node.shape))):
        return full(sum(x, axis, keepdims).shape, initial, dtype=node.dtype)
    return joined(_extremum(primitive, word, x, axis, keepdims, None), cast(initial, node.dtype))


@op
def max(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The largest element over axes, and of `initial`; NaN if there is one.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
        initial: a number that takes part; needed where there are no elements.
    """
    return _extremum(red.reduce_max, "max", x, axis, keepdims, initial)


@op
def min(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The smallest element over axes, and of `initial`; NaN if there is one.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
        initial: a number that takes part; needed where there are no elements.
    """
    return _extremum(red.reduce_min, "min", x, axis, keepdims, initial)


amax, amin = max, min
alias("amax", max)
alias("amin", min)


@op
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean over axes.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    (node,) = promoted(x, at_least="float")
    count = math.prod(node.shape[a] for a in axes_of(axis, len(node.shape)))
    return divide(_reduced(red.reduce_sum_p, x, node, axis, keepdims), float(count))


@op
def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The variance over axes: the mean squared distance from the mean.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    return mean(square(subtract(x, mean(x, axis, keepdims=True))), axis, keepdims)


@op
def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over axes.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    return sqrt(var(x, axis, keepdims))


@op
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether any element over axes holds.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    return _reduced(red.reduce_or, x, cast_node(as_node(x), "bool"), axis, keepdims)


@op
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether all elements over axes hold.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
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


@op
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the largest element; the first of several.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis; of the flattened tensor by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    return _arg(red.argmax, x, axis, keepdims)


@op
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the smallest element; the first of several.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis; of the flattened tensor by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    return _arg(red.argmin, x, axis, keepdims)
