"""Layers that make images and sequences larger or smaller without computing: upsampling, zero padding, cropping."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oribi import ops
from oribi.ops.windows import Sizes, channels_last, each
from oribi.utils import checked

from .pooling import _Spatial

Pairs = int | Sequence[int] | Sequence[Sequence[int]]


def pairs(value: Pairs, rank: int, name: str) -> tuple[tuple[int, int], ...]:
    """A pair (before, behind) for each spatial axis: of one number, one for each axis, or a pair for each."""
    entries: list[Any] = [value] * rank if checked.is_whole(value) else _listed(value)
    if rank == 1 and len(entries) == 2:
        entries = [entries]
    elif rank == 1 and not checked.is_whole(value) and not isinstance(entries[0], list | tuple):
        entries = []  # one number in a list is neither a number nor a pair
    made = [(n, n) if checked.is_whole(n) else tuple(_listed(n)) for n in entries]
    if len(made) != rank or any(len(p) != 2 or not all(checked.is_whole(n) and n >= 0 for n in p) for p in made):
        several = "a pair" if rank == 1 else f"{rank} of them, or {rank} pairs"
        raise ValueError(f"{name} must be a whole number, or {several}. Received: {name}={value!r}")
    return tuple((int(before), int(behind)) for before, behind in made)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) and value else [None]


class _UpSampling(_Spatial):
    def __init__(self, size: Sizes = 2, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.size = each(size, self.rank, f"{type(self).__name__}: size")

    def call(self, inputs: Any) -> Any:
        def compute(x: Any) -> Any:
            for axis, times in enumerate(self.size, 1):
                x = ops.repeat(x, times, axis)
            return x

        return channels_last(compute, inputs, self.data_format)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


class UpSampling1D(_UpSampling):
    """Each step repeated `size` times.

    Input shape: `(batch, steps, features)`. Output shape: `(batch, steps * size, features)`.
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(checked.positive("UpSampling1D", "size", size), **kwargs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["data_format"]
        return {**config, "size": self.size[0]}


def _cubic(distance: np.ndarray) -> np.ndarray:
    """Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2."""
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0))


# How much an element counts at a distance, in elements, from where a value is wanted.
INTERPOLATIONS: dict[str, Callable[[np.ndarray], np.ndarray] | None] = {
    "nearest": None,
    "bilinear": lambda distance: np.maximum(1 - distance, 0),
    "bicubic": _cubic,
}


class UpSampling2D(_UpSampling):
    """Each row and column repeated, or values between them interpolated.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, height * size, width * size, channels)`.

    Args:
        size: how often, one number or one for each axis.
        data_format: `channels_last` (the default) or `channels_first`.
        interpolation: `nearest`, `bilinear` or `bicubic`.

    Raises:
        ValueError: an unknown interpolation.

    >>> UpSampling2D((2, 3))(ops.ones((1, 4, 5, 1))).shape
    (1, 8, 15, 1)
    """

    rank = 2

    def __init__(
        self, size: Sizes = 2, data_format: str | None = None, interpolation: str = "nearest", **kwargs: Any
    ) -> None:
        super().__init__(size, data_format, **kwargs)
        if interpolation not in INTERPOLATIONS:
            known = ", ".join(INTERPOLATIONS)
            raise ValueError(f"UpSampling2D: interpolation must be one of {known}. Received: {interpolation!r}")
        self.interpolation = interpolation

    def call(self, inputs: Any) -> Any:
        kernel = INTERPOLATIONS[self.interpolation]
        if kernel is None:
            return super().call(inputs)

        def compute(x: Any) -> Any:
            batch, height, width, channels = x.shape
            rows, columns = (
                _between(n, times, kernel, x.dtype) for n, times in zip((height, width), self.size, strict=True)
            )
            tall = ops.matmul(rows, ops.reshape(x, (batch, height, width * channels)))
            wide = ops.matmul(columns, ops.reshape(tall, (batch * len(rows), width, channels)))
            return ops.reshape(wide, (batch, len(rows), len(columns), channels))

        return channels_last(compute, inputs, self.data_format)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "interpolation": self.interpolation}


LARGEST = 2**28  # elements of a matrix of interpolation


def _between(extent: int, times: int, kernel: Callable[[np.ndarray], np.ndarray], dtype: str) -> np.ndarray:
    """The matrix that takes elements to values between them, whose places lie evenly in the elements' extents."""
    if times * extent**2 > LARGEST:
        raise ValueError(f"UpSampling2D: {extent} elements {times} times are too many to interpolate; use 'nearest'")
    places = (np.arange(extent * times) + 0.5) / times - 0.5
    weights = kernel(np.abs(places[:, None] - np.arange(extent)))
    return (weights / weights.sum(1, keepdims=True)).astype(dtype)


class UpSampling3D(_UpSampling):
    """Each plane, row and column repeated.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, planes * size, height * size, width *
    size, channels)`.

    Args:
        size: how many times, one number or one for each axis.
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 3


class _Padded(_Spatial):
    word = "padding"

    def __init__(self, amount: Pairs, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.amount = pairs(amount, self.rank, f"{type(self).__name__}: {self.word}")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), self.word: self.amount if self.rank > 1 else self.amount[0]}


class _ZeroPadding(_Padded):
    def __init__(self, padding: Pairs = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)

    def call(self, inputs: Any) -> Any:
        around = lambda x: ops.pad(x, ((0, 0), *self.amount, (0, 0)))
        return channels_last(around, inputs, self.data_format)


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and behind a sequence.

    Input shape: `(batch, steps, features)`. Output shape: `(batch, more steps, features)`.

    Args:
        padding: how much at each side: one number for all, or a pair (before, after) for each axis.
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 1


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, more rows, more columns, channels)`.

    Args:
        padding: one number, one for each axis, or a pair (before, behind) for each.
        data_format: `channels_last` (the default) or `channels_first`.

    >>> ZeroPadding2D(((1, 0), (2, 2)))(ops.ones((1, 4, 5, 1))).shape
    (1, 5, 9, 1)
    """

    rank = 2


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, more planes, more rows, more columns,
    channels)`.

    Args:
        padding: how much at each side: one number for all, or a pair (before, after) for each axis.
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 3


class _Cropping(_Padded):
    word = "cropping"

    def __init__(self, cropping: Pairs = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(cropping, data_format, **kwargs)

    def call(self, inputs: Any) -> Any:
        spatial = inputs.shape[1:-1] if self.data_format == "channels_last" else inputs.shape[2:]
        if any(low + high >= n for n, (low, high) in zip(spatial, self.amount, strict=True)):
            raise ValueError(
                f"{self.describe()}: cropping {self.amount} leaves nothing of input shape {tuple(inputs.shape)}"
            )
        cut = lambda x: x[(slice(None), *(slice(lo, n - hi) for n, (lo, hi) in zip(spatial, self.amount, strict=True)))]
        return channels_last(cut, inputs, self.data_format)


class Cropping1D(_Cropping):
    """Steps cut off at both ends of a sequence.

    Input shape: `(batch, steps, features)`. Output shape: `(batch, fewer steps, features)`.

    Args:
        cropping: how much at each side: one number for all, or a pair (before, after) for each axis.
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 1

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["data_format"]
        return config


class Cropping2D(_Cropping):
    """Rows and columns cut off around images.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, fewer rows, fewer columns, channels)`.

    Args:
        cropping: how much at each side: one number for all, or a pair (before, after) for each axis.
        data_format: `channels_last`, or `channels_first`.

    >>> Cropping2D(((1, 0), (2, 2)))(ops.ones((1, 4, 5, 1))).shape
    (1, 3, 1, 1)
    """

    rank = 2

    def __init__(self, cropping: Pairs = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Planes, rows and columns cut off around volumes.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, fewer planes, fewer rows, fewer columns,
    channels)`.

    Args:
        cropping: how much at each side: one number for all, or a pair (before, after) for each axis.
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 3
