"""Elements moved about: shapes, axes, joining, cutting and picking."""

import builtins
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from oribi.graph import structural as st
from oribi.graph.indexing import gather
from oribi.graph.node import Node
from oribi.graph.reductions import broadcast_in_dim
from oribi.values import Tensor, as_node

from .core import Axis, axes_of, broadcast, full_node, promoted, tensor, together, wrapped
from .registry import op

__all__ = [
    "broadcast_to",
    "concatenate",
    "expand_dims",
    "flip",
    "moveaxis",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "transpose",
]


@op
def reshape(x: Any, newshape: int | Sequence[int]) -> Tensor:
    """The elements of x in another shape; one -1 is worked out.

    Args:
        x: a tensor, or anything that makes one.
        newshape: sizes of the axes; one may be -1.

    Raises:
        ValueError: the shape has another number of elements.
    """
    node = as_node(x)
    wanted = [newshape] if isinstance(newshape, int) else [int(n) for n in newshape]
    if wanted.count(-1) == 1:
        known = math.prod(n for n in wanted if n != -1)
        wanted[wanted.index(-1)] = node.size // known if known else 0
    if builtins.any(n < 0 for n in wanted) or math.prod(wanted) != node.size:
        raise ValueError(f"cannot reshape {list(node.shape)} ({node.size} elements) into {newshape}")
    return tensor(st.reshape(node, tuple(wanted)), x)


@op
def ravel(x: Any) -> Tensor:
    """x as one row of elements."""
    return reshape(x, (-1,))


@op
def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """Axis i of the result is axis `axes[i]` of x; all reversed by default."""
    node = as_node(x)
    rank = len(node.shape)
    order = tuple(reversed(range(rank))) if axes is None else tuple(axes_of(a, rank)[0] for a in axes)
    return tensor(st.transpose(node, order), x)


@op
def moveaxis(x: Any, source: int, destination: int) -> Tensor:
    """x with one axis moved.

    Args:
        x: a tensor, or anything that makes one.
        source: the axis.
        destination: where it goes.
    """
    rank = len(as_node(x).shape)
    order = [a for a in range(rank) if a != source % rank]
    order.insert(destination % rank, source % rank)
    return transpose(x, order)


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """x with two axes exchanged.

    Args:
        x: a tensor, or anything that makes one.
        axis1, axis2: the axes.
    """
    order = list(range(len(as_node(x).shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


@op
def expand_dims(x: Any, axis: int | Sequence[int]) -> Tensor:
    """x with axes of size one put in.

    Args:
        x: a tensor, or anything that makes one.
        axis: where in the result they are.
    """
    node = as_node(x)
    count = 1 if isinstance(axis, int) else len(axis)
    places = axes_of(axis, len(node.shape) + count)
    sizes = iter(node.shape)
    return tensor(st.reshape(node, tuple(1 if a in places else next(sizes) for a in range(len(node.shape) + count))), x)


@op
def squeeze(x: Any, axis: Axis = None) -> Tensor:
    """x without axes of size one.

    Args:
        x: a tensor, or anything that makes one.
        axis: which of them; all by default.

    Raises:
        ValueError: the axis has another size than 1.
    """
    node = as_node(x)
    drop = [a for a, n in enumerate(node.shape) if n == 1] if axis is None else axes_of(axis, len(node.shape))
    if builtins.any(node.shape[a] != 1 for a in drop):
        raise ValueError(f"cannot squeeze axis {axis} of shape {list(node.shape)}: its size is not 1")
    return tensor(st.reshape(node, tuple(n for a, n in enumerate(node.shape) if a not in drop)), x)


@op
def broadcast_to(x: Any, shape: Sequence[int]) -> Tensor:
    """x repeated to `shape`, as NumPy does."""
    node = as_node(x)
    together(node, full_node(0, shape, "int32"))
    return tensor(broadcast(node, tuple(shape)), x)


@op
def concatenate(xs: Sequence[Any], axis: int | None = 0) -> Tensor:
    """The tensors joined along an axis that they have, or flat for None.

    Args:
        xs: tensors that differ along that axis at most.
        axis: the axis.
    """
    nodes = promoted(*xs)
    if axis is None:
        nodes, axis = [st.reshape(node, (node.size,)) for node in nodes], 0
    return tensor(st.concatenate(*nodes, axis=axes_of(axis, len(nodes[0].shape))[0]), *xs)


@op
def stack(x: Sequence[Any], axis: int = 0) -> Tensor:
    """The tensors joined along a new axis.

    Args:
        x: tensors of one shape.
        axis: where the new axis is.
    """
    return concatenate([expand_dims(part, axis) for part in x], axis)


PARTS = 2**16  # that split makes


@op
def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """x cut into equal sections, or at the given indices.

    Args:
        x: a tensor, or anything that makes one.
        indices_or_sections: how many sections, or where they begin.
        axis: the axis.

    Raises:
        ValueError: parts that are not equal, or too many.
    """
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
    return [tensor(_part(node, at, lo, hi), x) for lo, hi in pairwise(edges)]


def _part(node: Node, axis: int, low: int, high: int) -> Node:
    start, limit = [0] * len(node.shape), list(node.shape)
    start[axis], limit[axis] = low, high
    return st.slice_(node, tuple(start), tuple(limit))


@op
def flip(x: Any, axis: Axis = None) -> Tensor:
    """x with axes reversed.

    Args:
        x: a tensor, or anything that makes one.
        axis: which; all by default.
    """
    node = as_node(x)
    return tensor(st.reverse(node, axes=axes_of(axis, len(node.shape))), x)


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: float | None = None) -> Tensor:
    """x with `constant_values` around it: (before, after) for each axis.

    Args:
        x: a tensor, or anything that makes one.
        pad_width: (before, after) for each axis, one pair, or one number for all.
        mode: only `constant` so far.
        constant_values: what is put there; 0 by default.
    """
    if mode != "constant":
        raise NotImplementedError(f"pad(mode={mode!r}) is not there yet; use mode='constant'")
    node = as_node(x)
    widths = np.broadcast_to(np.asarray(pad_width, dtype=int), (len(node.shape), 2)).tolist()
    low, high = tuple(w[0] for w in widths), tuple(w[1] for w in widths)
    return tensor(st.pad(node, low, high, value=constant_values or 0), x)


@op
def repeat(x: Any, repeats: int, axis: int | None = None) -> Tensor:
    """Each element of an axis `repeats` times.

    Args:
        x: a tensor, or anything that makes one.
        repeats: how often.
        axis: the axis; of the flattened tensor by default.
    """
    node = as_node(x if axis is not None else ravel(x))
    at = axes_of(axis or 0, len(node.shape))[0]
    shape = (*node.shape[: at + 1], repeats, *node.shape[at + 1 :])
    spread = broadcast_in_dim(node, shape, tuple(a for a in range(len(shape)) if a != at + 1))
    return tensor(st.reshape(spread, (*node.shape[:at], node.shape[at] * repeats, *node.shape[at + 1 :])), x)


@op
def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Slices of x at `indices` along an axis; negative ones count from the end, those outside are clamped."""
    node = as_node(x if axis is not None else ravel(x))
    at = axes_of(axis or 0, len(node.shape))[0]
    return tensor(gather(node, wrapped(as_node(indices), node.shape[at]), at), x, indices)
