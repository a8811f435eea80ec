"""Sliding windows: `conv_general_dilated`, and `reduce_window` with its gradient, the pooling of neural networks.

Convolutions are channels-last: operand `(batch, *spatial, channels)`, kernel `(*window, channels / groups, features)`, result
`(batch, *spatial, features)`, with any number of spatial axes. Both of their gradients are convolutions again.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from . import dtypes
from .elementwise import eq, full_like, logical_and, logical_not, logical_or, ne, select
from .kinds import Kind
from .node import GraphError, Node, Primitive, Shape, constant
from .structural import pad, reshape, reverse, slice_, transpose

Padding = tuple[tuple[int, int], ...]


class Axis(NamedTuple):
    """How a window slides along one axis.

    Attributes:
        extent: of the operand.
        window: taps of the window.
        stride: elements from one window to the next.
        low, high: padding in front and behind; negative crops.
        base, dilation: elements from one of the operand to the next, and from one tap to the next; 1 for neighbours.
    """

    extent: int
    window: int
    stride: int
    low: int
    high: int
    base: int = 1
    dilation: int = 1

    @property
    def spread(self) -> int:
        """Extent of the operand with its holes."""
        return spread(self.extent, self.base)

    @property
    def span(self) -> int:
        """Extent of the window with its holes."""
        return spread(self.window, self.dilation)

    @property
    def out(self) -> int:
        """How many windows there are."""
        room = self.spread + self.low + self.high - self.span
        return 0 if room < 0 else room // self.stride + 1

    def backwards(self) -> "Axis":
        """How the same window slides over the result's cotangent to give the operand's."""
        low = self.span - 1 - self.low
        high = self.spread + self.span - 1 - spread(self.out, self.stride) - low
        return Axis(self.out, self.window, self.base, low, high, self.stride, self.dilation)


def spread(extent: int, dilation: int) -> int:
    """The extent of an axis whose elements are `dilation` apart."""
    return (extent - 1) * dilation + 1 if extent else 0


def same_padding(extent: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """The padding with which there are `ceil(extent / stride)` windows; the odd element behind."""
    total = max(0, (-(-extent // stride) - 1) * stride + spread(window, dilation) - extent)
    return total // 2, total - total // 2


# --- conv_general_dilated ---------------------------------------------------------------------------------------------


def conv_axes(lhs: Shape, rhs: Shape, strides: Shape, padding: Padding, base: Shape, dilation: Shape) -> list[Axis]:
    """The spatial axes of a convolution."""
    rows = zip(lhs[1:-1], rhs[:-2], strides, padding, base, dilation, strict=True)
    return [Axis(n, k, s, lo, hi, b, d) for n, k, s, (lo, hi), b, d in rows]


def _infer_conv(
    lhs: Node, rhs: Node, *, strides: Shape, padding: Padding, lhs_dilation: Shape, rhs_dilation: Shape, groups: int
) -> tuple[Shape, str]:
    what = f"conv_general_dilated of {lhs!r} with kernel {rhs!r}"
    rank = len(lhs.shape) - 2
    if rank < 1 or len(rhs.shape) != rank + 2 or lhs.dtype != rhs.dtype or lhs.dtype not in _NUMBERS:
        raise GraphError(f"{what}: needs (batch, *spatial, channels) and (*window, channels, features) of one dtype")
    if any(len(given) != rank for given in (strides, padding, lhs_dilation, rhs_dilation)):
        raise GraphError(f"{what}: needs a stride, a padding and dilations for each of {rank} spatial axes")
    if min((*strides, *lhs_dilation, *rhs_dilation, *rhs.shape[:-2], groups), default=1) < 1:
        raise GraphError(f"{what}: strides, dilations, window and groups must be positive")
    channels, features = lhs.shape[-1], rhs.shape[-1]
    if channels != rhs.shape[-2] * groups or features % groups:
        raise GraphError(f"{what} in {groups} groups: {channels} channels, kernel takes {rhs.shape[-2]} for each group")
    axes = conv_axes(lhs.shape, rhs.shape, strides, padding, lhs_dilation, rhs_dilation)
    return (lhs.shape[0], *(axis.out for axis in axes), features), lhs.dtype


def _conv_gradient(ct: Node, y: Node) -> tuple[Node, Node]:
    lhs, rhs = y.operands
    if not y.size or not lhs.size or not rhs.size:
        return full_like(lhs, 0), full_like(rhs, 0)
    return _conv_lhs_gradient(ct, y), _conv_rhs_gradient(ct, y)


def _conv_lhs_gradient(ct: Node, y: Node) -> Node:
    """The cotangent convolved with the kernel turned round, its channels and features swapped within each group."""
    lhs, rhs = y.operands
    groups, spatial = y.attributes["groups"], len(lhs.shape) - 2
    turned = reverse(rhs, axes=tuple(range(spatial)))
    window, (channels, features) = rhs.shape[:-2], rhs.shape[-2:]
    split = reshape(turned, (*window, channels, groups, features // groups))
    order = (*range(spatial), spatial + 2, spatial + 1, spatial)
    swapped = reshape(transpose(split, order), (*window, features // groups, groups * channels))
    axes = [axis.backwards() for axis in _axes_of(y)]
    return _convolve(ct, swapped, axes, groups)


def _conv_rhs_gradient(ct: Node, y: Node) -> Node:
    """The operand convolved with the cotangent as its kernel, batch and channels swapped within each group."""
    lhs, rhs = y.operands
    groups, spatial, batch = y.attributes["groups"], len(lhs.shape) - 2, lhs.shape[0]
    inner = rhs.shape[-2]
    if groups == 1:
        swapped = transpose(lhs, (spatial + 1, *range(1, spatial + 1), 0))
    else:
        split = reshape(lhs, (*lhs.shape[:-1], groups, inner))
        order = (spatial + 2, *range(1, spatial + 1), spatial + 1, 0)
        swapped = reshape(transpose(split, order), (inner, *lhs.shape[1:-1], groups * batch))
    kernel = transpose(ct, (*range(1, spatial + 1), 0, spatial + 1))
    axes = []
    for axis in _axes_of(y):
        high = spread(axis.out, axis.stride) - axis.spread + axis.span - axis.low - 1
        axes.append(Axis(axis.extent, axis.out, axis.dilation, axis.low, high, axis.base, axis.stride))
    return transpose(_convolve(swapped, kernel, axes, groups), (*range(1, spatial + 1), 0, spatial + 1))


def _axes_of(y: Node) -> list[Axis]:
    a = y.attributes
    lhs, rhs = y.operands
    return conv_axes(lhs.shape, rhs.shape, a["strides"], a["padding"], a["lhs_dilation"], a["rhs_dilation"])


def _convolve(lhs: Node, rhs: Node, axes: Sequence[Axis], groups: int) -> Node:
    return conv_p(
        lhs,
        rhs,
        strides=tuple(a.stride for a in axes),
        padding=tuple((a.low, a.high) for a in axes),
        lhs_dilation=tuple(a.base for a in axes),
        rhs_dilation=tuple(a.dilation for a in axes),
        groups=groups,
    )


_NUMBERS = dtypes.FLOATS + dtypes.INTEGERS
conv_p = Primitive("conv_general_dilated", _infer_conv, _conv_gradient, Kind.CONTRACTION)


def conv_general_dilated(
    lhs: Node,
    rhs: Node,
    strides: Shape,
    padding: Padding,
    lhs_dilation: Shape | None = None,
    rhs_dilation: Shape | None = None,
    groups: int = 1,
) -> Node:
    """The sum over window and channels of `lhs` under each place of the window, times `rhs`.

    Args:
        lhs: `(batch, *spatial, channels)`.
        rhs: `(*window, channels / groups, features)`.
        strides: elements from one place of the window to the next, one a spatial axis.
        padding: zeros in front and behind, one pair a spatial axis; negative crops.
        lhs_dilation, rhs_dilation: distance of the operand's elements, and of the window's taps; 1 by default.
        groups: of channels, and of features, that go together.

    Returns:
        A node of shape `(batch, *spatial, features)`.
    """
    ones = (1,) * len(strides)
    padding = tuple((lo, hi) for lo, hi in padding)
    base, dilation = tuple(lhs_dilation or ones), tuple(rhs_dilation or ones)
    given = {"strides": tuple(strides), "padding": padding, "lhs_dilation": base, "rhs_dilation": dilation}
    return conv_p(lhs, rhs, **given, groups=groups)


# --- reduce_window ----------------------------------------------------------------------------------------------------

REDUCERS = ("sum", "max", "min")


def start_value(reducer: str, dtype: str) -> float:
    """What padding counts as: it changes no sum and is no extremum."""
    if reducer == "sum":
        return 0
    sign = -1 if reducer == "max" else 1
    if dtypes.is_float(dtype):
        return sign * float("inf")
    limits = np.iinfo(dtype)
    return int(limits.min if reducer == "max" else limits.max)


def window_axes(shape: Shape, attributes: dict[str, Any]) -> list[Axis]:
    """All axes of a window that slides over an operand."""
    ones = (1,) * len(shape)
    base, dilation = attributes.get("base_dilation", ones), attributes.get("window_dilation", ones)
    rows = zip(shape, attributes["window"], attributes["strides"], attributes["padding"], base, dilation, strict=True)
    return [Axis(n, k, s, lo, hi, b, d) for n, k, s, (lo, hi), b, d in rows]


def _check_window(name: str, x: Node, attributes: dict[str, Any]) -> list[Axis]:
    given = [v for key, v in attributes.items() if key != "reducer"]
    if any(len(v) != len(x.shape) for v in given) or attributes["reducer"] not in REDUCERS or x.dtype not in _NUMBERS:
        raise GraphError(f"{name} needs a window, stride and padding for each axis of {x!r}, got {attributes}")
    axes = window_axes(x.shape, attributes)
    if any(min(a.window, a.stride, a.base, a.dilation) < 1 for a in axes):
        raise GraphError(f"{name} of {x!r}: windows, strides and dilations must be positive, got {attributes}")
    return axes


def _infer_reduce_window(x: Node, **attributes: Any) -> tuple[Shape, str]:
    return tuple(axis.out for axis in _check_window("reduce_window", x, attributes)), x.dtype


def _reduce_window_gradient(ct: Node, y: Node) -> tuple[Node]:
    x, a = y.operands[0], y.attributes
    axes = window_axes(x.shape, a)
    if not y.size or not x.size:
        return (full_like(x, 0),)
    if a["reducer"] == "sum":
        return (_reduce_window(ct, "sum", [axis.backwards() for axis in axes]),)
    if any(axis.base != 1 or axis.dilation != 1 for axis in axes):
        raise GraphError(f"reduce_window of {x!r} has no gradient for the {a['reducer']} of dilated windows")
    return (select_and_scatter_add(x, ct, a["reducer"], a["window"], a["strides"], a["padding"]),)


reduce_window_p = Primitive("reduce_window", _infer_reduce_window, _reduce_window_gradient, Kind.WINDOWED)


def _reduce_window(x: Node, reducer: str, axes: Sequence[Axis]) -> Node:
    return reduce_window(
        x,
        reducer,
        tuple(a.window for a in axes),
        tuple(a.stride for a in axes),
        tuple((a.low, a.high) for a in axes),
        tuple(a.base for a in axes),
        tuple(a.dilation for a in axes),
    )


def reduce_window(
    x: Node,
    reducer: str,
    window: Shape,
    strides: Shape,
    padding: Padding,
    base_dilation: Shape | None = None,
    window_dilation: Shape | None = None,
) -> Node:
    """The sum, maximum or minimum of `x` under each place of a window over all of its axes.

    Args:
        x: the operand.
        reducer: `sum`, `max` or `min`. Padding counts as 0, or as no element at all.
        window, strides, padding, base_dilation, window_dilation: one entry an axis, as for a convolution.
    """
    ones = (1,) * len(x.shape)
    return reduce_window_p(
        x,
        reducer=reducer,
        window=tuple(window),
        strides=tuple(strides),
        padding=tuple((lo, hi) for lo, hi in padding),
        base_dilation=tuple(base_dilation or ones),
        window_dilation=tuple(window_dilation or ones),
    )


# --- select_and_scatter_add -------------------------------------------------------------------------------------------


def _infer_select_and_scatter(x: Node, source: Node, **attributes: Any) -> tuple[Shape, str]:
    axes = _check_window("select_and_scatter_add", x, attributes)
    expected = tuple(axis.out for axis in axes)
    if source.shape != expected or source.dtype != x.dtype:
        raise GraphError(f"select_and_scatter_add over {x!r} needs a source of shape {list(expected)}, got {source!r}")
    return x.shape, x.dtype


def _select_and_scatter_gradient(ct: Node, y: Node) -> tuple[None, Node]:
    """For the source: the cotangent at each window's extremum, looked for tap by tap."""
    x, source = y.operands
    a = y.attributes
    axes = window_axes(x.shape, a)
    padded = padded_for(x, axes, start_value(a["reducer"], x.dtype))
    spread_ct = padded_for(ct, axes, 0)
    best = reduce_window(x, a["reducer"], a["window"], a["strides"], a["padding"])
    taken, found = full_like(source, 0), constant(np.broadcast_to(np.False_, source.shape))
    for taps in product(*(range(axis.window) for axis in axes)):
        value, there = under(padded, axes, taps), under(spread_ct, axes, taps)
        hit = logical_and(is_extremum(value, best), logical_not(found))
        taken, found = select(hit, there, taken), logical_or(found, hit)
    return None, taken


def padded_for(x: Node, axes: Sequence[Axis], value: float) -> Node:
    """An operand with its holes and its padding filled."""
    low, high = tuple(a.low for a in axes), tuple(a.high for a in axes)
    return pad(x, low=low, high=high, interior=tuple(a.base - 1 for a in axes), value=value)


def under(padded: Node, axes: Sequence[Axis], taps: Sequence[int]) -> Node:
    """What lies under one tap of all places of the window."""
    start = tuple(tap * a.dilation for tap, a in zip(taps, axes, strict=True))
    limit = tuple(s + (a.out - 1) * a.stride + 1 for s, a in zip(start, axes, strict=True))
    return slice_(padded, start, limit, tuple(a.stride for a in axes))


def is_extremum(value: Node, best: Node) -> Node:
    """Whether an element is its window's extremum; where there is a NaN, that is."""
    return logical_or(eq(value, best), ne(value, value))


select_and_scatter_p = Primitive(
    "select_and_scatter_add", _infer_select_and_scatter, _select_and_scatter_gradient, Kind.WINDOWED
)


def select_and_scatter_add(
    x: Node, source: Node, reducer: str, window: Shape, strides: Shape, padding: Padding
) -> Node:
    """Zeros of the shape of `x`, with each element of `source` added where its window has its extremum, the first of several.

    Args:
        x: where extrema are looked for.
        source: one element for each place of the window.
        reducer: `max` or `min`.
        window, strides, padding: as for `reduce_window`.
    """
    padding = tuple((lo, hi) for lo, hi in padding)
    given = {"window": tuple(window), "strides": tuple(strides), "padding": padding}
    return select_and_scatter_p(x, source, reducer=reducer, **given)


TABLE = {p.name: p for p in (conv_p, reduce_window_p, select_and_scatter_p)}
