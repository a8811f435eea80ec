"""Structural primitives: they move elements and compute nothing. The cpu engine turns them into index maps."""

from .kinds import Cost, Kind
from .node import GraphError, Node, Primitive, Shape, no_gradient, size_of

# --- reshape ----------------------------------------------------------------------------------------------------------


def _infer_reshape(x: Node, *, shape: Shape) -> tuple[Shape, str]:
    if size_of(shape) != x.size or any(extent < 0 for extent in shape):
        raise GraphError(f"reshape cannot make shape {list(shape)} of {x!r}: {x.size} elements")
    return tuple(shape), x.dtype


def _reshape_gradient(ct: Node, y: Node) -> tuple[Node]:
    return (reshape(ct, y.operands[0].shape),)


reshape_p = Primitive("reshape", _infer_reshape, _reshape_gradient, Kind.VIEW, Cost.FREE, linear=True)


def reshape(x: Node, shape: Shape) -> Node:
    """The elements of `x`, in row-major order, in another shape."""
    return x if x.shape == tuple(shape) else reshape_p(x, shape=tuple(shape))


# --- transpose --------------------------------------------------------------------------------------------------------


def _infer_transpose(x: Node, *, permutation: Shape) -> tuple[Shape, str]:
    if sorted(permutation) != list(range(len(x.shape))):
        raise GraphError(f"transpose needs a permutation of the {len(x.shape)} axes of {x!r}, got {permutation}")
    return tuple(x.shape[axis] for axis in permutation), x.dtype


def _transpose_gradient(ct: Node, y: Node) -> tuple[Node]:
    permutation = y.attributes["permutation"]
    return (transpose(ct, tuple(permutation.index(axis) for axis in range(len(permutation)))),)


transpose_p = Primitive("transpose", _infer_transpose, _transpose_gradient, Kind.VIEW, Cost.FREE, linear=True)


def transpose(x: Node, permutation: Shape) -> Node:
    """Axis i of the result is axis `permutation[i]` of `x`."""
    permutation = tuple(permutation)
    return x if permutation == tuple(range(len(x.shape))) else transpose_p(x, permutation=permutation)


# --- slice and pad: each other's gradients ----------------------------------------------------------------------------


def _infer_slice(x: Node, *, start: Shape, limit: Shape, strides: Shape) -> tuple[Shape, str]:
    if not len(start) == len(limit) == len(strides) == len(x.shape):
        raise GraphError(f"slice needs one start, limit and stride for each axis of {x!r}")
    for axis, (lo, hi, step, extent) in enumerate(zip(start, limit, strides, x.shape, strict=True)):
        if not (0 <= lo <= hi <= extent and step > 0):
            raise GraphError(f"slice [{lo}:{hi}:{step}] is outside axis {axis} of {x!r}")
    return tuple(-(-(hi - lo) // step) for lo, hi, step in zip(start, limit, strides, strict=True)), x.dtype


def _slice_gradient(ct: Node, y: Node) -> tuple[Node]:
    x = y.operands[0]
    start, strides = y.attributes["start"], y.attributes["strides"]
    spread = tuple((n - 1) * step + 1 if n else 0 for n, step in zip(y.shape, strides, strict=True))
    high = tuple(extent - lo - n for extent, lo, n in zip(x.shape, start, spread, strict=True))
    return (pad(ct, low=start, high=high, interior=tuple(step - 1 for step in strides)),)


slice_p = Primitive("slice", _infer_slice, _slice_gradient, Kind.VIEW, Cost.FREE, linear=True)


def slice_(x: Node, start: Shape, limit: Shape, strides: Shape | None = None) -> Node:
    """`x[start[0]:limit[0]:strides[0], ...]`."""
    strides = strides or (1,) * len(x.shape)
    whole = start == (0,) * len(x.shape) and limit == x.shape and strides == (1,) * len(x.shape)
    return x if whole else slice_p(x, start=tuple(start), limit=tuple(limit), strides=tuple(strides))


def _infer_pad(x: Node, *, low: Shape, high: Shape, interior: Shape, value: float) -> tuple[Shape, str]:
    if not len(low) == len(high) == len(interior) == len(x.shape):
        raise GraphError(f"pad needs a low, high and interior padding for each axis of {x!r}")
    shape = []
    for axis, (extent, lo, hi, gap) in enumerate(zip(x.shape, low, high, interior, strict=True)):
        padded = lo + hi + extent + (extent - 1) * gap * (extent > 0)
        if padded < 0 or gap < 0:
            raise GraphError(f"pad of axis {axis} of {x!r} by ({lo}, {hi}, {gap}) leaves a negative size")
        shape.append(padded)
    return tuple(shape), x.dtype


def _pad_gradient(ct: Node, y: Node) -> tuple[Node]:
    x = y.operands[0]
    low, high, interior = (y.attributes[key] for key in ("low", "high", "interior"))
    zeros = (0,) * len(low)
    uncropped = pad(ct, low=tuple(max(0, -lo) for lo in low), high=tuple(max(0, -hi) for hi in high), interior=zeros)
    start = tuple(max(0, lo) for lo in low)
    limit = tuple(s + max(0, (n - 1) * (gap + 1) + 1) for s, n, gap in zip(start, x.shape, interior, strict=True))
    limit = tuple(s if n == 0 else hi for s, n, hi in zip(start, x.shape, limit, strict=True))
    return (slice_(uncropped, start, limit, tuple(gap + 1 for gap in interior)),)


pad_p = Primitive("pad", _infer_pad, _pad_gradient, Kind.INDEXING, linear=True)


def pad(x: Node, low: Shape, high: Shape, interior: Shape | None = None, value: float = 0) -> Node:
    """`x` with `value` put before, behind and between its elements; negative paddings crop."""
    interior = interior or (0,) * len(x.shape)
    if not any((*low, *high, *interior)):
        return x
    return pad_p(x, low=tuple(low), high=tuple(high), interior=tuple(interior), value=value)


# --- concatenate, reverse, iota ---------------------------------------------------------------------------------------


def _infer_concatenate(*operands: Node, axis: int) -> tuple[Shape, str]:
    first = operands[0]
    for other in operands[1:]:
        fits = len(other.shape) == len(first.shape) and other.dtype == first.dtype
        if not fits or other.shape[:axis] + other.shape[axis + 1 :] != first.shape[:axis] + first.shape[axis + 1 :]:
            raise GraphError(f"concatenate along axis {axis} cannot join {first!r} and {other!r}")
    return (*first.shape[:axis], sum(o.shape[axis] for o in operands), *first.shape[axis + 1 :]), first.dtype


def _concatenate_gradient(ct: Node, y: Node) -> tuple[Node, ...]:
    axis, parts, offset = y.attributes["axis"], [], 0
    for operand in y.operands:
        start, limit = [0] * len(y.shape), list(y.shape)
        start[axis], limit[axis] = offset, offset + operand.shape[axis]
        parts.append(slice_(ct, tuple(start), tuple(limit)))
        offset += operand.shape[axis]
    return tuple(parts)


concatenate = Primitive("concatenate", _infer_concatenate, _concatenate_gradient, Kind.INDEXING, linear=True)


def _infer_reverse(x: Node, *, axes: Shape) -> tuple[Shape, str]:
    if not all(0 <= axis < len(x.shape) for axis in axes):
        raise GraphError(f"reverse of axes {axes} of {x!r}")
    return x.shape, x.dtype


def _reverse_gradient(ct: Node, y: Node) -> tuple[Node]:
    return (reverse(ct, axes=y.attributes["axes"]),)


reverse: Primitive = Primitive("reverse", _infer_reverse, _reverse_gradient, Kind.VIEW, Cost.FREE, linear=True)


def _infer_iota(*, shape: Shape, dtype: str, axis: int) -> tuple[Shape, str]:
    if not 0 <= axis < len(shape):
        raise GraphError(f"iota along axis {axis} of shape {list(shape)}")
    return tuple(shape), dtype


iota = Primitive("iota", _infer_iota, no_gradient, Kind.GENERATOR, Cost.FREE)

TABLE = {p.name: p for p in (reshape_p, transpose_p, slice_p, pad_p, concatenate, reverse, iota)}
