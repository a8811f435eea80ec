"""Primitives whose indices are computed: `gather` and `scatter_add`, each other's gradients, and dynamic slices.

The first two are StableHLO's, restricted to whole slices of one axis, which is what embeddings and batches need. Indices outside
the axis are clamped by `gather` and dropped by `scatter_add`: no index reads or writes outside of an operand.
"""

from . import dtypes
from .elementwise import add, convert, full_like, ge, logical_and, lt, select
from .elementwise import max as maximum
from .elementwise import min as minimum
from .kinds import Kind
from .node import GraphError, Node, Primitive, Shape
from .structural import pad


def _infer_gather(x: Node, indices: Node, *, axis: int) -> tuple[Shape, str]:
    if not 0 <= axis < len(x.shape) or not dtypes.is_integer(indices.dtype):
        raise GraphError(f"gather needs integer indices into axis {axis} of {x!r}, got {indices!r}")
    if x.shape[axis] == 0 and indices.size:
        raise GraphError(f"gather of {indices.size} indices from {x!r}: axis {axis} is empty")
    return x.shape[:axis] + indices.shape + x.shape[axis + 1 :], x.dtype


def _gather_gradient(ct: Node, y: Node) -> tuple[Node, None]:
    x, indices = y.operands
    axis = y.attributes["axis"]
    wide = convert(indices, "int64")
    clamped = minimum(maximum(wide, full_like(wide, 0)), full_like(wide, x.shape[axis] - 1))
    return scatter_add(full_like(x, 0), clamped, ct, axis=axis), None


gather_p = Primitive("gather", _infer_gather, _gather_gradient, Kind.INDEXING)


def gather(x: Node, indices: Node, axis: int = 0) -> Node:
    """`numpy.take(x, indices, axis, mode="clip")`."""
    return gather_p(x, indices, axis=axis)


def infer_scatter(x: Node, indices: Node, updates: Node, *, axis: int) -> tuple[Shape, str]:
    """The shape and dtype of `x` with `updates` at `indices` of an axis."""
    expected = x.shape[:axis] + indices.shape + x.shape[axis + 1 :]
    if not dtypes.is_integer(indices.dtype) or updates.shape != expected or updates.dtype != x.dtype:
        raise GraphError(f"scatter into axis {axis} of {x!r} at {indices!r} needs updates of shape {expected}")
    return x.shape, x.dtype


def _scatter_gradient(ct: Node, y: Node) -> tuple[Node, None, Node]:
    indices, axis = y.operands[1], y.attributes["axis"]
    taken = gather(pad_sentinel(ct, axis), guarded(indices, ct.shape[axis]), axis)
    return ct, None, taken


def pad_sentinel(x: Node, axis: int) -> Node:
    """`x` with one more slice of zeros along `axis`, where dropped indices point."""
    high = tuple(int(a == axis) for a in range(len(x.shape)))
    return pad(x, low=(0,) * len(x.shape), high=high)


def guarded(indices: Node, extent: int) -> Node:
    """Indices with all that are out of range set to `extent`."""
    wide = convert(indices, "int64")
    inside = logical_and(ge(wide, full_like(wide, 0)), lt(wide, full_like(wide, extent)))
    return select(inside, wide, full_like(wide, extent))


scatter_add_p = Primitive("scatter_add", infer_scatter, _scatter_gradient, Kind.SCATTER, combine=add)


def scatter_add(x: Node, indices: Node, updates: Node, axis: int = 0) -> Node:
    """`x` plus, for each index in ascending position, its slice of `updates`."""
    return scatter_add_p(x, indices, updates, axis=axis)


# --- slices that begin where a number says ----------------------------------------------------------------------------


def _check_starts(name: str, x: Node, sizes: Shape, starts: tuple[Node, ...]) -> None:
    fits = len(sizes) == len(x.shape) and all(0 <= n <= extent for n, extent in zip(sizes, x.shape, strict=False))
    if not fits or len(starts) != len(sizes) or any(s.shape or not dtypes.is_integer(s.dtype) for s in starts):
        raise GraphError(f"{name} of {x!r} needs a size and an integer start for each axis, got {sizes} and {starts}")


def _infer_dynamic_slice(x: Node, *starts: Node, sizes: Shape) -> tuple[Shape, str]:
    _check_starts("dynamic_slice", x, sizes, starts)
    return sizes, x.dtype


def _dynamic_slice_gradient(ct: Node, y: Node) -> tuple[Node | None, ...]:
    x, *starts = y.operands
    return (dynamic_update_slice(full_like(x, 0), ct, *starts), *(None for _ in starts))


def _infer_dynamic_update(x: Node, update: Node, *starts: Node) -> tuple[Shape, str]:
    _check_starts("dynamic_update_slice", x, update.shape, starts)
    if update.dtype != x.dtype:
        raise GraphError(f"dynamic_update_slice of {x!r} by {update!r}")
    return x.shape, x.dtype


def _dynamic_update_gradient(ct: Node, y: Node) -> tuple[Node | None, ...]:
    _, update, *starts = y.operands
    of_update = dynamic_slice(ct, *starts, sizes=update.shape)
    return (dynamic_update_slice(ct, full_like(update, 0), *starts), of_update, *(None for _ in starts))


# Starts are moved so far that the whole slice lies inside.
dynamic_slice: Primitive = Primitive("dynamic_slice", _infer_dynamic_slice, _dynamic_slice_gradient, Kind.INDEXING)
dynamic_update_slice: Primitive = Primitive(
    "dynamic_update_slice", _infer_dynamic_update, _dynamic_update_gradient, Kind.INDEXING
)

TABLE = {p.name: p for p in (gather_p, scatter_add_p, dynamic_slice, dynamic_update_slice)}
