"""lower: Program -> Program of what the emitter knows.

Convolutions become contractions over a view of windows, pooling becomes reductions over it: no window is ever copied.
Tables that are mostly zeros become expressions over their few rows (sparse.py).
"""

from collections.abc import Sequence
from functools import reduce
from itertools import product

from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, size_of
from oribi.graph.program import Program
from oribi.graph.reductions import broadcast_in_dim, reduce_max, reduce_min, reduce_sum, reduce_sum_p
from oribi.graph.structural import concatenate, iota, pad, reshape, reverse, transpose
from oribi.graph.windows import Axis, conv_axes, is_extremum, padded_for, start_value, under, window_axes

from .internal_primitives import pack, windows
from .rewrite import Context, Rule, rewrite, splat
from .sparse import table, update_rows

REDUCE = {"sum": reduce_sum_p, "max": reduce_max, "min": reduce_min}  # by the name of a window's reducer
SMALL_WINDOW = 16  # taps up to which a window is unrolled
FEW_PIECES = 64  # operands of a concatenation of which each element asks where it lies


def lower(program: Program) -> Program:
    """The same program without convolutions, windows and sparse tables."""
    return rewrite(update_rows(program), RULES)


# --- convolution ------------------------------------------------------------------------------------------------------


def _conv(node: Node, context: Context) -> Node:
    """A contraction of the windows' view with the kernel, over taps and channels."""
    lhs, rhs = node.operands
    a, groups = node.attributes, node.attributes["groups"]
    axes = conv_axes(lhs.shape, rhs.shape, a["strides"], a["padding"], a["lhs_dilation"], a["rhs_dilation"])
    if not node.size or not lhs.size or not rhs.size:
        return ew.full_like(node, 0)
    batch, channels = (Axis(lhs.shape[at], 1, 1, 0, 0) for at in (0, -1))
    sliding = [batch, *axes, channels]
    view = _windows(padded_for(lhs, sliding, 0), sliding)
    view = reshape(view, (*node.shape[:-1], *rhs.shape[:-2], lhs.shape[-1]))
    spatial = len(axes)
    taps = tuple(range(spatial))
    under = tuple(spatial + 1 + t for t in taps)
    if groups == 1:
        return dot_general(view, rhs, ((*under, 2 * spatial + 1), (*taps, spatial)))
    inner, features = rhs.shape[-2], rhs.shape[-1] // groups
    grouped = reshape(view, (*view.shape[:-1], groups, inner))
    kernel = reshape(rhs, (*rhs.shape[:-1], groups, features))
    if features == 1:
        return _conv_by_group(grouped, kernel, node, spatial)
    contract = (*under, 2 * spatial + 2), (*taps, spatial)
    product = dot_general(grouped, kernel, contract, ((2 * spatial + 1,), (spatial + 1,)))
    order = (*range(1, spatial + 2), 0, spatial + 2)
    return reshape(transpose(product, order), node.shape)


def _conv_by_group(grouped: Node, kernel: Node, node: Node, spatial: int) -> Node:
    """One feature a group: a sum over taps and the group's channels, with the groups in the lanes."""
    last = 2 * spatial + 1
    moved = transpose(grouped, (*range(last), last + 1, last))
    weights = transpose(reshape(kernel, kernel.shape[:-1]), tuple(range(spatial + 2)))
    spread = broadcast_in_dim(weights, moved.shape, tuple(range(spatial + 1, last + 2)))
    return reduce_sum(ew.mul(moved, spread), tuple(range(spatial + 1, last + 1)))


def _windows(padded: Node, axes: Sequence[Axis]) -> Node:
    """The view of all windows: their places, but for the last axis's, then their taps, then the last axis's places."""
    sliding = tuple((a.window, a.stride, a.dilation) for a in axes)
    return windows(padded, sliding=tuple(sliding), out=tuple(a.out for a in axes))


# --- pooling ----------------------------------------------------------------------------------------------------------


def _reduce_window(node: Node, context: Context) -> Node:
    x, reducer = node.operands[0], node.attributes["reducer"]
    axes = window_axes(x.shape, node.attributes)
    start = start_value(reducer, node.dtype)
    if not node.size:
        return ew.full_like(node, 0)
    if not x.size:
        return splat(start, node.shape, node.dtype)
    padded = padded_for(x, axes, start)
    if _is_small(axes):
        values = _tap_by_tap(padded, axes)
        return reduce(ew.add, values) if reducer == "sum" else _extremum(values, reducer)[0]
    view, taps = _taps_of(padded, axes)
    return REDUCE[reducer](view, axes=taps)


def _is_small(axes: Sequence[Axis]) -> bool:
    """Whether a window has so few taps that each is better an operand of its own: what follows is then fused with them."""
    return size_of(a.window for a in axes) <= SMALL_WINDOW


def _tap_by_tap(padded: Node, axes: Sequence[Axis]) -> list[Node]:
    """What lies under each tap of all places of the window."""
    return [under(padded, axes, taps) for taps in product(*(range(a.window) for a in axes))]


def _taps_of(padded: Node, axes: Sequence[Axis]) -> tuple[Node, tuple[int, ...]]:
    """The windows' view, and which of its axes are taps."""
    rank = len(axes)
    return _windows(padded, axes), tuple(range(rank - 1, 2 * rank - 1))


def _select_and_scatter(node: Node, context: Context) -> Node:
    """Which tap of each window is its extremum, then for each element what the windows give that chose it."""
    x, source = node.operands
    reducer = node.attributes["reducer"]
    axes = window_axes(x.shape, node.attributes)
    if not source.size or not x.size:
        return ew.full_like(node, 0)
    count = size_of(a.window for a in axes)
    chosen = _chosen_tap(padded_for(x, axes, start_value(reducer, x.dtype)), axes, reducer)
    if all(a.stride == a.window and a.low == 0 and a.high <= 0 for a in axes):
        return _scatter_apart(node, chosen, source, axes)
    back = [a.backwards() for a in axes]
    gone = padded_for(chosen, back, count)
    given = padded_for(source, back, 0)
    gone_view, back_taps = _taps_of(gone, back)
    given_view, _ = _taps_of(given, back)
    turned = _tap_number(gone_view.shape, back_taps, turned=True)
    mine = ew.select(ew.eq(gone_view, turned), given_view, ew.full_like(given_view, 0))
    return reduce_sum(mine, back_taps)


def _chosen_tap(padded: Node, axes: Sequence[Axis], reducer: str) -> Node:
    """The number of the tap that has each window's extremum, the first of several."""
    if _is_small(axes):
        return _extremum(_tap_by_tap(padded, axes), reducer)[1]
    view, taps = _taps_of(padded, axes)
    best = REDUCE[reducer](view, axes=taps)
    outside = tuple(a for a in range(len(view.shape)) if a not in taps)
    hit = is_extremum(view, broadcast_in_dim(best, view.shape, outside))
    number = _tap_number(view.shape, taps)
    none = ew.full_like(number, size_of(a.window for a in axes))
    return reduce_min(ew.select(hit, number, none), axes=taps)


def _extremum(values: Sequence[Node], reducer: str) -> tuple[Node, Node]:
    """The extremum of several nodes, point by point, and the number of the first that has it; a NaN is one."""
    best, chosen = values[0], splat(0, values[0].shape, "uint8")
    beaten = ew.le if reducer == "max" else ew.ge
    for number, value in enumerate(values[1:], 1):
        better = ew.logical_and(ew.logical_not(beaten(value, best)), ew.eq(best, best))
        best = ew.select(better, value, best)
        chosen = ew.select(better, splat(number, best.shape, "uint8"), chosen)
    return best, chosen


def _scatter_apart(node: Node, chosen: Node, source: Node, axes: Sequence[Axis]) -> Node:
    """Windows that touch and do not overlap: each element asks the one window that it lies in."""
    shape = tuple(n for a in axes for n in (a.out, a.window))
    places, taps = tuple(range(0, len(shape), 2)), tuple(range(1, len(shape), 2))
    number = _tap_number(shape, taps)
    of_window = broadcast_in_dim(chosen, shape, places)
    given = broadcast_in_dim(source, shape, places)
    apart = ew.select(ew.eq(of_window, number), given, ew.full_like(given, 0))
    covered = reshape(apart, tuple(a.out * a.window for a in axes))
    return pad(covered, low=(0,) * len(axes), high=tuple(a.extent - a.out * a.window for a in axes))


def _tap_number(shape: tuple[int, ...], taps: tuple[int, ...], turned: bool = False) -> Node:
    """The row-major number of each tap, constant along the other axes; counted from the last where the window is turned."""
    window = tuple(shape[a] for a in taps)
    count = size_of(window)
    number = iota(shape=(count,), dtype="uint8" if count < 256 else "int32", axis=0)
    if turned:
        number = reverse(number, axes=(0,))
    return broadcast_in_dim(reshape(number, window), shape, taps)


# --- concatenation ----------------------------------------------------------------------------------------------------


def _concatenate(node: Node, context: Context) -> Node | None:
    """Of many operands: of concatenations of a few each, which are stored."""
    parts, axis = list(node.operands), node.attributes["axis"]
    if len(parts) <= FEW_PIECES:
        return None
    while len(parts) > FEW_PIECES:
        runs = [parts[i : i + FEW_PIECES] for i in range(0, len(parts), FEW_PIECES)]
        parts = [pack(concatenate(*run, axis=axis)) for run in runs]
    return concatenate(*parts, axis=axis)


RULES: dict[str | Kind, Rule] = {
    "concatenate": _concatenate,
    "conv_general_dilated": _conv,
    "reduce_window": _reduce_window,
    "select_and_scatter_add": _select_and_scatter,
    "scatter_add": table,
}
