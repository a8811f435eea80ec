"""Running sums, sorting, and slices that begin where a number says, under the names of `keras.ops`."""

from collections.abc import Sequence
from typing import Any

from oribi.graph import elementwise as ew
from oribi.graph import indexing, ordered
from oribi.graph.indexing import gather
from oribi.graph.node import Node
from oribi.graph.structural import iota, reshape, slice_
from oribi.values import Tensor, as_node

from . import reduction
from .core import axes_of, broadcast, broadcast_shape, tensor, wrapped
from .elementwise import cast, greater, greater_equal, isfinite, less, logical_and
from .registry import op

__all__ = ["argsort", "cumprod", "cumsum", "in_top_k", "slice", "slice_update", "sort", "take_along_axis", "top_k"]


def _flat_without(axis: int | None, x: Any) -> tuple[Node, int]:
    """The operand and the axis; flattened where there is none."""
    node = as_node(x)
    return (reshape(node, (node.size,)), 0) if axis is None else (node, axes_of(axis, len(node.shape))[0])


def _running(primitive: Any, x: Any, axis: int | None, dtype: Any) -> Tensor:
    node, along = _flat_without(axis, x)
    kind = dtype or ("int32" if node.dtype == "bool" else node.dtype)
    return tensor(primitive(ew.convert(node, kind), axis=along, reverse=False), x)


@op
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The sum of all elements up to each along an axis; of the flattened tensor where none is given.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis; of the flattened tensor by default.
        dtype: of the result; float32 by default.

    >>> cumsum([1.0, 2.0, 3.0]).tolist()
    [1.0, 3.0, 6.0]
    """
    return _running(ordered.cumsum, x, axis, dtype)


@op
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The product of all elements up to each along an axis.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis; of the flattened tensor by default.
        dtype: of the result; float32 by default.

    >>> cumprod([1.0, 2.0, 3.0]).tolist()
    [1.0, 2.0, 6.0]
    """
    return _running(ordered.cumprod, x, axis, dtype)


@op
def argsort(x: Any, axis: int | None = -1) -> Tensor:
    """The indices that sort along an axis, int32; what is equal keeps its order, and NaN comes last.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis; of the flattened tensor by default.

    >>> argsort([3.0, 1.0, 2.0]).tolist()
    [1, 2, 0]
    """
    node, along = _flat_without(axis, x)
    return tensor(ordered.argsort(node, axis=along, descending=False), x)


@op
def sort(x: Any, axis: int | None = -1) -> Tensor:
    """The elements in ascending order along an axis, NaN last.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis; of the flattened tensor by default.

    >>> sort([3.0, 1.0, 2.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    node, along = _flat_without(axis, x)
    return tensor(_along(node, ordered.argsort(node, axis=along, descending=False), along), x)


@op("math")
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """The k largest elements along the last axis, the largest first, and their indices; of equals the first.

    Args:
        x: a tensor, or anything that makes one.
        k: how many.
        sorted: taken for Keras' sake: they always are.

    Raises:
        ValueError: k is negative, or larger than the last axis.

    >>> values, indices = top_k([1.0, 5.0, 3.0], 2)
    >>> values.tolist(), indices.tolist()
    ([5.0, 3.0], [1, 2])
    """
    node = as_node(x)
    if not node.shape or not 0 <= k <= node.shape[-1]:
        raise ValueError(f"top_k: k={k} of a tensor of shape {list(node.shape)}")
    order = ordered.argsort(node, axis=len(node.shape) - 1, descending=True)
    first = slice_(order, (0,) * len(node.shape), (*node.shape[:-1], k))
    return tensor(_along(node, first, len(node.shape) - 1), x), tensor(first, x)


@op("math")
def in_top_k(targets: Any, predictions: Any, k: int) -> Tensor:
    """For each row whether fewer than k predictions are larger than that of its target; never for a target out of range.

    Args:
        targets: classes, `(rows,)`.
        predictions: `(rows, classes)`.
        k: how many.

    >>> in_top_k([1], [[0.1, 0.6, 0.3]], 1).tolist()
    [True]
    """
    rows = as_node(targets)
    chosen = take_along_axis(predictions, Tensor(reshape(rows, (*rows.shape, 1))), axis=-1)
    larger = reduction.sum(cast(greater(predictions, chosen), "int32"), axis=-1)
    classes = as_node(predictions).shape[-1]
    known = logical_and(less(targets, classes), greater_equal(targets, -classes))
    finite = reduction.all(isfinite(predictions), axis=-1) if as_node(predictions).dtype.startswith("float") else True
    return logical_and(less(larger, k), logical_and(known, finite))


@op
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """`x[..., indices[..., i, ...], ...]` for each i along an axis; other axes broadcast. Without an axis, of x laid flat.

    Raises:
        ValueError: indices whose shape does not fit.

    >>> take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1).tolist()
    [[2], [3]]
    """
    node, along = _flat_without(axis, x)
    where = as_node(indices)
    if len(where.shape) != len(node.shape):
        raise ValueError(
            f"take_along_axis: indices of shape {list(where.shape)} for a tensor of shape {list(node.shape)}"
        )
    shape = list(broadcast_shape(_one_at(node.shape, along), _one_at(where.shape, along)))
    table, where = (broadcast(n, (*shape[:along], n.shape[along], *shape[along + 1 :])) for n in (node, where))
    return tensor(_along(table, where, along), x, indices)


def _one_at(shape: Sequence[int], axis: int) -> tuple[int, ...]:
    return tuple(1 if a == axis else n for a, n in enumerate(shape))


def _along(node: Node, indices: Node, axis: int) -> Node:
    """The elements at indices along an axis, all other axes alike: a gather from the flattened operand."""
    index = wrapped(indices, node.shape[axis])
    flat = ew.full_like(index, 0)
    for a, extent in enumerate(node.shape):
        here = index if a == axis else iota(shape=indices.shape, dtype="int64", axis=a)
        flat = ew.add(ew.mul(flat, ew.full_like(flat, extent)), here)
    return gather(reshape(node, (node.size,)), flat, 0)


# --- slices -----------------------------------------------------------------------------------------------------------


def _starts(start_indices: Any, rank: int) -> list[Node]:
    if isinstance(start_indices, list | tuple):
        return [as_node(s) for s in start_indices]
    node = as_node(start_indices)
    return [reshape(slice_(node, (axis,), (axis + 1,)), ()) for axis in range(rank)]


@op("core")
def slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> Tensor:
    """The part of a tensor that begins at `start_indices`, which may be computed, moved so far that it lies inside.

    Args:
        inputs: a tensor.
        start_indices: where the part begins, a number for each axis.
        shape: of the part.

    >>> slice([[1, 2, 3], [4, 5, 6]], [0, 1], (2, 2)).tolist()
    [[2, 3], [5, 6]]
    """
    node = as_node(inputs)
    return tensor(indexing.dynamic_slice(node, *_starts(start_indices, len(node.shape)), sizes=tuple(shape)), inputs)


@op("core")
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Tensor:
    """The tensor with a part replaced that begins at `start_indices`, which may be computed.

    Args:
        inputs: a tensor.
        start_indices: where the part begins, a number for each axis.
        updates: the part.

    >>> slice_update([1, 2, 3], [1], [9]).tolist()
    [1, 9, 3]
    """
    node = as_node(inputs)
    update = ew.convert(as_node(updates), node.dtype)
    return tensor(
        indexing.dynamic_update_slice(node, update, *_starts(start_indices, len(node.shape))), inputs, updates
    )
