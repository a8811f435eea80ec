"""The part of `keras.ops` that slides windows: convolutions and pooling. Computed channels-last; other layouts are moved there."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oribi.config.defaults import checked_format
from oribi.graph import windows as graph
from oribi.graph.node import Node, constant
from oribi.graph.structural import reverse, transpose
from oribi.values import Tensor

from .core import broadcast, promoted, tensor
from .elementwise import divide
from .registry import op
from .shaping import moveaxis, reshape

__all__ = ["average_pool", "conv", "conv_transpose", "depthwise_conv", "max_pool", "separable_conv"]


Sizes = int | Sequence[int]


def each(value: Sizes, rank: int, name: str) -> tuple[int, ...]:
    """A size for each spatial axis; one number counts for all.

    Raises:
        ValueError: they are not as many, or not positive.
    """
    sizes = (value,) * rank if isinstance(value, int | np.integer) else tuple(value)
    if len(sizes) != rank or any(isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1 for n in sizes):
        raise ValueError(f"{name} must be a positive whole number, or {rank} of them. Received: {name}={value!r}")
    return tuple(int(n) for n in sizes)


def channels_last(compute: Callable[[Any], Tensor], x: Any, data_format: str | None) -> Tensor:
    """`compute(x)`, with the channels moved to the last axis for it where they come first."""
    if checked_format("ops", data_format) == "channels_last":
        return compute(x)
    return moveaxis(compute(moveaxis(x, 1, -1)), -1, 1)


def _paddings(padding: str, extents: Sequence[int], window: Any, strides: Any, dilation: Any) -> graph.Padding:
    rows = zip(extents, window, strides, dilation, strict=True)
    if padding == "valid":
        return tuple((0, 0) for _ in rows)
    if padding == "same":
        return tuple(graph.same_padding(*row) for row in rows)
    if padding == "causal" and len(extents) == 1:
        return ((dilation[0] * (window[0] - 1), 0),)
    raise ValueError(f"padding must be 'valid' or 'same'. Received: padding={padding!r}")


@op("nn")
def conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """Convolution in any number of spatial dimensions; in groups, where the kernel takes fewer channels than there are.

    Args:
        inputs: `(batch, *spatial, channels)`, or with the channels second for `channels_first`.
        kernel: `(*window, channels / groups, features)`.
        strides, dilation_rate: one number, or one a spatial axis.
        padding: `valid`, `same`, or in one dimension `causal`.
        data_format: `channels_last`, or `channels_first`.

    >>> from oribi.ops import ones
    >>> conv(ones((1, 5, 5, 2)), ones((3, 3, 2, 4))).shape
    (1, 3, 3, 4)
    """

    def compute(x: Any) -> Tensor:
        lhs, rhs = promoted(x, kernel)
        rank = len(lhs.shape) - 2
        _check_kernel("conv", lhs, rhs, rank)
        groups = max(1, lhs.shape[-1] // max(1, rhs.shape[-2]))
        steps, dilation = each(strides, rank, "strides"), each(dilation_rate, rank, "dilation_rate")
        around = _paddings(padding, lhs.shape[1:-1], rhs.shape[:-2], steps, dilation)
        return tensor(graph.conv_general_dilated(lhs, rhs, steps, around, None, dilation, groups), x, kernel)

    return channels_last(compute, inputs, data_format)


def _check_kernel(name: str, lhs: Node, rhs: Node, rank: int) -> None:
    if rank < 1 or len(rhs.shape) != rank + 2:
        raise ValueError(
            f"{name} needs inputs (batch, *spatial, channels) and a kernel with as many spatial axes, "
            f"got shapes {list(lhs.shape)} and {list(rhs.shape)}"
        )


@op("nn")
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """Each channel convolved on its own, with `multiplier` kernels: kernel `(*window, channels, multiplier)`.

    Args:
        inputs: `(batch, *spatial, channels)`, or with the channels second for `channels_first`.
        kernel: `(*window, channels, multiplier)`.
        strides: one number, or one a spatial axis.
        padding: `valid` or `same`.
        data_format: `channels_last`, or `channels_first`.
        dilation_rate: steps between the taps of the window.
    """
    (weights,) = promoted(kernel)
    channels, multiplier = weights.shape[-2:]
    flat = reshape(kernel, (*weights.shape[:-2], 1, channels * multiplier))
    return conv(inputs, flat, strides, padding, data_format, dilation_rate)


@op("nn")
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """A depthwise convolution, then one whose window is a single point.

    Args:
        inputs: `(batch, *spatial, channels)`, or with the channels second for `channels_first`.
        depthwise_kernel: `(*window, channels, multiplier)`.
        pointwise_kernel: `(1, ..., channels * multiplier, features)`.
        strides: one number, or one a spatial axis.
        padding: `valid` or `same`.
        data_format: `channels_last`, or `channels_first`.
        dilation_rate: steps between the taps of the window.
    """
    apart = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(apart, pointwise_kernel, 1, "valid", data_format)


@op("nn")
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """The transposed convolution: what the gradient of a convolution does. Kernel `(*window, features, channels)`.

    Args:
        inputs: `(batch, *spatial, channels)`, or with the channels second for `channels_first`.
        kernel: `(*window, features, channels)`.
        strides: one number, or one a spatial axis.
        padding: `valid` or `same`.
        output_padding: more elements at the end of each spatial axis; worked out by default.
        data_format: `channels_last`, or `channels_first`.
        dilation_rate: steps between the taps of the window.
    """

    def compute(x: Any) -> Tensor:
        lhs, weights = promoted(x, kernel)
        rank = len(lhs.shape) - 2
        _check_kernel("conv_transpose", lhs, weights, rank)
        steps, dilation = each(strides, rank, "strides"), each(dilation_rate, rank, "dilation_rate")
        extra = (None,) * rank if output_padding is None else _each_or_zero(output_padding, rank)
        rows = zip(weights.shape[:-2], steps, dilation, extra, strict=True)
        around = tuple(_transposed_padding(k, s, d, padding, e) for k, s, d, e in rows)
        turned = reverse(weights, axes=tuple(range(rank)))
        swapped = transpose(turned, (*range(rank), rank + 1, rank))
        ones = (1,) * rank
        return tensor(graph.conv_general_dilated(lhs, swapped, ones, around, steps, dilation), x, kernel)

    return channels_last(compute, inputs, data_format)


def _each_or_zero(value: Sizes, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _transposed_padding(window: int, stride: int, dilation: int, padding: str, extra: int | None) -> tuple[int, int]:
    """Padding of the spread operand. By default the result has `extent * stride` elements (`same`), or all (`valid`)."""
    span = graph.spread(window, dilation)
    if padding == "valid":
        return span - 1, span - 1 + (max(span, stride) - span if extra is None else extra)
    if padding != "same":
        raise ValueError(f"padding must be 'valid' or 'same'. Received: padding={padding!r}")
    total = stride + span - 2 if extra is None else span + span % 2 - 2 + extra
    low = min(total // 2 + total % 2, span - 1)
    return low, total - low


def _pool(
    x: Any, pool_size: Sizes, strides: Sizes | None, padding: str, reducer: str
) -> tuple[Tensor, list[graph.Axis]]:
    (node,) = promoted(x)
    rank = len(node.shape) - 2
    if rank < 1:
        raise ValueError(f"pooling needs inputs (batch, *spatial, channels), got shape {list(node.shape)}")
    window = each(pool_size, rank, "pool_size")
    steps = each(pool_size if strides is None else strides, rank, "strides")
    around = _paddings(padding, node.shape[1:-1], window, steps, (1,) * rank)
    axes = [graph.Axis(n, k, s, *p) for n, k, s, p in zip(node.shape[1:-1], window, steps, around, strict=True)]
    everywhere = ((0, 0), *around, (0, 0))
    return tensor(graph.reduce_window(node, reducer, (1, *window, 1), (1, *steps, 1), everywhere), x), axes


@op("nn")
def max_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The largest element under each place of a window.

    Args:
        inputs: `(batch, *spatial, channels)`, or with the channels second for `channels_first`.
        pool_size: of the window, one number or one a spatial axis.
        strides: one number, or one a spatial axis.
        padding: `valid` or `same`.
        data_format: `channels_last`, or `channels_first`.
    """
    return channels_last(lambda x: _pool(x, pool_size, strides, padding, "max")[0], inputs, data_format)


@op("nn")
def average_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of the elements under each place of a window; padding does not count.

    Args:
        inputs: `(batch, *spatial, channels)`, or with the channels second for `channels_first`.
        pool_size: of the window, one number or one a spatial axis.
        strides: one number, or one a spatial axis.
        padding: `valid` or `same`.
        data_format: `channels_last`, or `channels_first`.
    """

    def compute(x: Any) -> Tensor:
        total, axes = _pool(x, pool_size, strides, padding, "sum")
        if padding == "valid":
            return divide(total, math.prod(axis.window for axis in axes))
        counts = constant(_counts(axes).astype(total.dtype))
        return divide(total, Tensor(broadcast(counts, total.shape)))

    return channels_last(compute, inputs, data_format)


def _counts(axes: list[graph.Axis]) -> np.ndarray:
    """How many elements that are no padding lie under each place of a window; a last axis for the channels."""
    result = np.ones((1,) * (len(axes) + 1))
    for number, axis in enumerate(axes):
        first = np.arange(axis.out) * axis.stride - axis.low
        inside = np.minimum(first + axis.window, axis.extent) - np.maximum(first, 0)
        shape = [1] * (len(axes) + 1)
        shape[number] = axis.out
        result = result * inside.reshape(shape)
    return result
