"""name -> `rule(node, *operand values) -> value`."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial, reduce
from itertools import chain, product
from typing import Any

import numpy as np

from oribi.graph import dtypes, windows
from oribi.graph.contraction import free_axes
from oribi.graph.node import Node
from oribi.graph.random import PARITY, ROTATIONS
from oribi.graph.structural import pad_p

from . import linalg, sums

Array = Any
Rule = Callable[..., Array]

# --- leaves -----------------------------------------------------------------------------------------------------------


def constant(node: Node) -> Array:
    return node.attributes["value"]


def parameter(node: Node) -> Array:
    raise ValueError(f"parameter {node.attributes['name']!r} was given no value")


# --- elementwise ------------------------------------------------------------------------------------------------------


def _plain(function: Callable[..., Array]) -> Rule:
    return lambda node, *operands: function(*operands)


def logistic(node: Node, x: Array) -> Array:
    """1 / (1 + exp(-x)), from the side on which exp does not overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), np.where(np.isnan(x), x, small / (1 + small))).astype(node.dtype)


_erf = np.vectorize(math.erf, otypes=[np.float64])


def erf(node: Node, x: Array) -> Array:
    return _erf(x).astype(node.dtype) if x.size else x


def div(node: Node, x: Array, y: Array) -> Array:
    """Floats as IEEE says; integers towards zero, and zero by zero."""
    if dtypes.is_float(node.dtype):
        return np.divide(x, y)
    quotient = np.floor_divide(np.abs(x.astype(np.int64)), np.where(y == 0, 1, np.abs(y.astype(np.int64))))
    return np.where(y == 0, 0, quotient * np.sign(x.astype(np.int64)) * np.sign(y.astype(np.int64))).astype(node.dtype)


def rem(node: Node, x: Array, y: Array) -> Array:
    """The remainder with the sign of `x`; for integers, zero by zero."""
    if dtypes.is_float(node.dtype):
        return np.fmod(x, y)
    return np.where(y == 0, 0, np.fmod(x, np.where(y == 0, 1, y))).astype(node.dtype)


def _bitwise(function: Callable[..., Array]) -> Rule:
    def rule(node: Node, x: Array, y: Array) -> Array:
        bits = x.dtype.itemsize * 8
        unsigned = f"uint{bits}"
        count = y.astype(unsigned)
        shifted = function(x.astype(unsigned), np.minimum(count, bits - 1).astype(unsigned))
        return np.where(count >= bits, 0, shifted).astype(node.dtype)

    return rule


def convert(node: Node, x: Array) -> Array:
    """Between dtypes; floats to integers towards zero, saturating, NaN to zero."""
    target = np.dtype(node.dtype)
    if target.kind in "iu" and x.dtype.kind == "f":
        limits = np.iinfo(target)
        wide = np.trunc(np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf))
        inside = np.clip(wide, float(limits.min), float(limits.max))
        too_high, too_low = wide >= float(limits.max), wide <= float(limits.min)
        safe = np.where(too_high | too_low, 0, inside).astype(target)
        return np.where(too_high, limits.max, np.where(too_low, limits.min, safe)).astype(target)
    return x.astype(target)


# --- structural -------------------------------------------------------------------------------------------------------


def slice_(node: Node, x: Array) -> Array:
    start, limit, strides = (node.attributes[key] for key in ("start", "limit", "strides"))
    return x[tuple(slice(lo, hi, step) for lo, hi, step in zip(start, limit, strides, strict=True))]


def pad(node: Node, x: Array) -> Array:
    low, high, interior, value = (node.attributes[key] for key in ("low", "high", "interior", "value"))
    spread = tuple(n + (n - 1) * gap * (n > 0) for n, gap in zip(x.shape, interior, strict=True))
    around = tuple(n + max(0, lo) + max(0, hi) for n, lo, hi in zip(spread, low, high, strict=True))
    result = np.full(around, value, node.dtype)
    inner = zip(spread, low, interior, strict=True)
    result[tuple(slice(max(0, lo), max(0, lo) + n, gap + 1) for n, lo, gap in inner)] = x
    crop = zip(low, high, result.shape, strict=True)
    return result[tuple(slice(max(0, -lo), n - max(0, -hi)) for lo, hi, n in crop)]


def iota(node: Node) -> Array:
    axis, shape = node.attributes["axis"], node.shape
    ramp = np.arange(shape[axis]).astype(node.dtype)
    return np.broadcast_to(ramp.reshape([-1 if a == axis else 1 for a in range(len(shape))]), shape)


def broadcast_in_dim(node: Node, x: Array) -> Array:
    axes = node.attributes["axes"]
    expanded = [1] * len(node.shape)
    for extent, axis in zip(x.shape, axes, strict=True):
        expanded[axis] = extent
    lined_up = x.reshape(expanded)
    return lined_up if lined_up.shape == node.shape else np.broadcast_to(lined_up, node.shape)


# --- reductions -------------------------------------------------------------------------------------------------------


def _reduce(function: Any) -> Rule:
    def rule(node: Node, x: Array) -> Array:
        return np.asarray(function.reduce(x, axis=node.attributes["axes"], dtype=node.dtype))

    return rule


def reduce_sum(node: Node, x: Array) -> Array:
    axes = node.attributes["axes"]
    return np.asarray(np.add.reduce(x, axis=axes, dtype=x.dtype)) if x.size <= sums.SHORT else sums.add_reduce(x, axes)


def _arg(function: Callable[..., Array]) -> Rule:
    return lambda node, x: function(x, axis=node.attributes["axis"]).astype(node.dtype)


# --- contraction, indexing, random ------------------------------------------------------------------------------------


def dot_general(node: Node, lhs: Array, rhs: Array) -> Array:
    """As matrices: batch axes first, then the free and the contracted axes of either side as one."""
    contract, batch = node.attributes["contract"], node.attributes["batch"]
    if lhs.ndim == rhs.ndim == 2 and contract == ((1,), (0,)):
        return lhs @ rhs if lhs.shape[1] <= sums.SHALLOW else sums.matmul(lhs, rhs)
    left_free = free_axes(lhs.ndim, contract[0], batch[0])
    right_free = free_axes(rhs.ndim, contract[1], batch[1])
    batches = [lhs.shape[a] for a in batch[0]]
    depth = math.prod(lhs.shape[a] for a in contract[0])
    rows, columns = math.prod(lhs.shape[a] for a in left_free), math.prod(rhs.shape[a] for a in right_free)
    left = lhs.transpose(*batch[0], *left_free, *contract[0]).reshape(*batches, rows, depth)
    right = rhs.transpose(*batch[1], *contract[1], *right_free).reshape(*batches, depth, columns)
    return sums.matmul(left, right).reshape(node.shape)


def _under(padded: Array, axes: list[windows.Axis], taps: tuple[int, ...], first: int = 0) -> Array:
    """What lies under one tap of all places of a window; `axes` are those from `first` on."""
    cut = [slice(None)] * first
    for axis, tap in zip(axes, taps, strict=True):
        start = tap * axis.dilation
        cut.append(slice(start, start + (axis.out - 1) * axis.stride + 1, axis.stride))
    return padded[tuple(cut)]


def _taps(axes: list[windows.Axis]) -> Iterator[tuple[int, ...]]:
    return product(*(range(axis.window) for axis in axes))


def _padded(x: Array, axes: list[windows.Axis], value: float) -> Array:
    shape = tuple(max(0, axis.spread + axis.low + axis.high) for axis in axes)
    low, high = tuple(axis.low for axis in axes), tuple(axis.high for axis in axes)
    attributes = {"low": low, "high": high, "interior": tuple(axis.base - 1 for axis in axes), "value": value}
    return pad(Node(pad_p, (), attributes, shape, x.dtype.name), x)


def conv_general_dilated(node: Node, lhs: Array, rhs: Array) -> Array:
    """Tap by tap: what lies under it, times its kernel, in every group."""
    a, groups = node.attributes, node.attributes["groups"]
    axes = windows.conv_axes(lhs.shape, rhs.shape, a["strides"], a["padding"], a["lhs_dilation"], a["rhs_dilation"])
    whole = [windows.Axis(n, 1, 1, 0, 0) for n in (lhs.shape[0], lhs.shape[-1])]
    padded = _padded(lhs, [whole[0], *axes, whole[1]], 0)
    if not node.size or not rhs.size:
        return np.zeros(node.shape, node.dtype)

    def product_with(taps: tuple[int, ...]) -> Array:
        part = _under(padded, axes, taps, first=1)
        part = part.reshape(*part.shape[:-1], groups, 1, -1)
        kernel = rhs[taps].reshape(rhs.shape[-2], groups, -1).transpose(1, 0, 2)
        return sums.matmul(part, kernel)[..., 0, :]

    return sums.total(map(product_with, _taps(axes))).reshape(node.shape)


_WINDOW_REDUCERS: dict[str, Callable[[Iterable[Array]], Array]] = {
    "sum": sums.total,
    "max": partial(reduce, np.maximum),
    "min": partial(reduce, np.minimum),
}


def _reduced(padded: Array, axes: list[windows.Axis], reducer: str) -> Array:
    """What lies under each place of a window, reduced tap by tap."""
    start = np.full(tuple(axis.out for axis in axes), windows.start_value(reducer, padded.dtype.name), padded.dtype)
    if not start.size:
        return start
    return _WINDOW_REDUCERS[reducer](chain([start], (_under(padded, axes, taps) for taps in _taps(axes))))


def reduce_window(node: Node, x: Array) -> Array:
    reducer = node.attributes["reducer"]
    axes = windows.window_axes(x.shape, node.attributes)
    return _reduced(_padded(x, axes, windows.start_value(reducer, node.dtype)), axes, reducer)


def select_and_scatter_add(node: Node, x: Array, source: Array) -> Array:
    reducer = node.attributes["reducer"]
    axes = windows.window_axes(x.shape, node.attributes)
    padded = _padded(x, axes, windows.start_value(reducer, node.dtype))
    best = _reduced(padded, axes, reducer)
    result, found = np.zeros_like(padded), np.zeros(source.shape, bool)
    for taps in _taps(axes) if source.size else ():
        value = _under(padded, axes, taps)
        hit = ((value == best) | (value != value)) & ~found
        _under(result, axes, taps)[...] += np.where(hit, source, 0)
        found |= hit
    cut = tuple(slice(max(0, axis.low), max(0, axis.low) + axis.extent) for axis in axes)
    back = [(max(0, -axis.low), max(0, -axis.high)) for axis in axes]
    return np.pad(result, back)[cut] if any(map(any, back)) else result[cut]


def gather(node: Node, x: Array, indices: Array) -> Array:
    return (
        np.take(x, indices, axis=node.attributes["axis"], mode="clip")
        if indices.size
        else np.empty(node.shape, node.dtype)
    )


def scatter(put: Callable[[Array, Array, Array], object]) -> Rule:
    """A scatter rule: `put(array, rows of it, their updates)` changes an array in place, in ascending position."""

    def rule(node: Node, x: Array, indices: Array, updates: Array) -> Array:
        axis = node.attributes["axis"]
        result = np.array(np.moveaxis(x, axis, 0))
        flat = np.asarray(indices, np.int64).reshape(-1)
        order = (*range(axis, axis + indices.ndim), *range(axis), *range(axis + indices.ndim, updates.ndim))
        rows = updates.transpose(order).reshape(flat.size, *result.shape[1:])
        inside = (flat >= 0) & (flat < len(result))
        put(result, flat[inside], rows[inside])
        return np.moveaxis(result, 0, axis)

    return rule


def _starts(sizes: tuple[int, ...], shape: tuple[int, ...], starts: tuple[Array, ...]) -> tuple[slice, ...]:
    """The slices that begin at `starts`, moved inside."""
    first = [min(max(int(s), 0), extent - n) for s, n, extent in zip(starts, sizes, shape, strict=True)]
    return tuple(slice(s, s + n) for s, n in zip(first, sizes, strict=True))


def dynamic_slice(node: Node, x: Array, *starts: Array) -> Array:
    return x[_starts(node.shape, x.shape, starts)]


def dynamic_update_slice(node: Node, x: Array, update: Array, *starts: Array) -> Array:
    result = np.array(x)
    result[_starts(update.shape, x.shape, starts)] = update
    return result


def _running(function: Any) -> Rule:
    def rule(node: Node, x: Array) -> Array:
        axis, backwards = node.attributes["axis"], node.attributes["reverse"]
        turned = np.flip(x, axis) if backwards else x
        result = function(turned, axis=axis, dtype=node.dtype)
        return np.flip(result, axis) if backwards else result

    return rule


def argsort(node: Node, x: Array) -> Array:
    axis = node.attributes["axis"]
    if not node.attributes["descending"]:
        return np.argsort(x, axis=axis, kind="stable").astype("int32")
    backwards = np.argsort(np.flip(x, axis), axis=axis, kind="stable")
    return (x.shape[axis] - 1 - np.flip(backwards, axis)).astype("int32")


def threefry(key: Array, high: Array, low: Array) -> tuple[Array, Array]:
    """Threefry-2x32-20 of the counter (high, low), all uint32."""
    keys = [key[0], key[1], key[0] ^ key[1] ^ np.uint32(PARITY)]
    x, y = high + keys[0], low + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x = x + y
            y = (y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation))
            y = x ^ y
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x, y


def random_bits(node: Node, key: Array) -> Array:
    counter = np.arange(node.size, dtype=np.uint64)
    x, y = threefry(key, (counter >> np.uint64(32)).astype(np.uint32), counter.astype(np.uint32))
    return (x ^ y).reshape(node.shape)


RULES: dict[str, Rule] = {
    "constant": constant,
    "parameter": parameter,
    "neg": _plain(np.negative),
    "abs": _plain(np.abs),
    "sign": _plain(np.sign),
    "exp": _plain(np.exp),
    "expm1": _plain(np.expm1),
    "log": _plain(np.log),
    "log1p": _plain(np.log1p),
    "sqrt": _plain(np.sqrt),
    "rsqrt": _plain(lambda x: 1 / np.sqrt(x)),
    "sin": _plain(np.sin),
    "cos": _plain(np.cos),
    "tanh": _plain(np.tanh),
    "logistic": logistic,
    "erf": erf,
    "floor": _plain(np.floor),
    "ceil": _plain(np.ceil),
    "round_nearest_even": _plain(np.rint),
    "is_finite": _plain(np.isfinite),
    "stop_gradient": _plain(lambda x: x),
    "not": _plain(np.invert),
    "add": _plain(np.add),
    "sub": _plain(np.subtract),
    "mul": _plain(np.multiply),
    "div": div,
    "rem": rem,
    "pow": _plain(np.power),
    "max": _plain(np.maximum),
    "min": _plain(np.minimum),
    "and": _plain(np.bitwise_and),
    "or": _plain(np.bitwise_or),
    "xor": _plain(np.bitwise_xor),
    "shift_left": _bitwise(np.left_shift),
    "shift_right_logical": _bitwise(np.right_shift),
    "eq": _plain(np.equal),
    "ne": _plain(np.not_equal),
    "lt": _plain(np.less),
    "le": _plain(np.less_equal),
    "gt": _plain(np.greater),
    "ge": _plain(np.greater_equal),
    "select": _plain(np.where),
    "convert": convert,
    "reshape": lambda node, x: x.reshape(node.shape),
    "transpose": lambda node, x: x.transpose(node.attributes["permutation"]),
    "slice": slice_,
    "pad": pad,
    "concatenate": lambda node, *xs: np.concatenate(xs, axis=node.attributes["axis"]),
    "reverse": lambda node, x: np.flip(x, node.attributes["axes"]),
    "iota": iota,
    "broadcast_in_dim": broadcast_in_dim,
    "reduce_sum": reduce_sum,
    "reduce_prod": _reduce(np.multiply),
    "reduce_max": _reduce(np.maximum),
    "reduce_min": _reduce(np.minimum),
    "reduce_and": _reduce(np.logical_and),
    "reduce_or": _reduce(np.logical_or),
    "argmax": _arg(np.argmax),
    "argmin": _arg(np.argmin),
    "dot_general": dot_general,
    "conv_general_dilated": conv_general_dilated,
    "reduce_window": reduce_window,
    "select_and_scatter_add": select_and_scatter_add,
    "gather": gather,
    "scatter_add": scatter(sums.add_at),
    "dynamic_slice": dynamic_slice,
    "dynamic_update_slice": dynamic_update_slice,
    "cumsum": _running(sums.add_accumulate),
    "cumprod": _running(np.multiply.accumulate),
    "argsort": argsort,
    "random_bits": random_bits,
    **linalg.RULES,
}
