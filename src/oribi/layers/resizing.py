"""Layers that make images and sequences larger or smaller without computing: upsampling, zero padding, cropping."""

from collections.abc import Sequence
from typing import Any

from oribi import ops
from oribi.ops.windows import Sizes, channels_last, each

from .pooling import _Spatial

Pairs = int | Sequence[int] | Sequence[Sequence[int]]


def pairs(value: Pairs, rank: int, name: str) -> tuple[tuple[int, int], ...]:
    """A pair (before, behind) for each spatial axis: of one number, one for each axis, or a pair for each."""
    entries: list[Any] = [value] * rank if isinstance(value, int) else list(value)
    if rank == 1 and len(entries) == 2 and all(isinstance(n, int) for n in entries):
        entries = [entries]
    made: tuple[Any, ...] = tuple((n, n) if isinstance(n, int) else tuple(n) for n in entries)
    if len(made) != rank or any(len(p) != 2 or min(p) < 0 for p in made):
        raise ValueError(f"{name} must be a number, {rank} of them, or {rank} pairs. Received: {name}={value!r}")
    return made


class _UpSampling(_Spatial):
    def __init__(
        self, size: Sizes = 2, data_format: str | None = None, interpolation: str = "nearest", **kwargs: Any
    ) -> None:
        super().__init__(data_format, **kwargs)
        self.size = each(size, self.rank, f"{type(self).__name__}: size")
        if interpolation != "nearest":
            raise NotImplementedError(
                f"{type(self).__name__}: interpolation={interpolation!r} is not there yet; use 'nearest'"
            )

    def call(self, inputs: Any) -> Any:
        def compute(x: Any) -> Any:
            for axis, times in enumerate(self.size, 1):
                x = ops.repeat(x, times, axis)
            return x

        return channels_last(compute, inputs, self.data_format)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


class UpSampling1D(_UpSampling):
    """Each step repeated `size` times."""

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(size, **kwargs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["data_format"]
        return {**config, "size": self.size[0]}


class UpSampling2D(_UpSampling):
    """Each row and column repeated.

    Args:
        size: how often, one number or one for each axis.
        data_format: `channels_last` (the default) or `channels_first`.
        interpolation: `nearest`.

    >>> UpSampling2D((2, 3))(ops.ones((1, 4, 5, 1))).shape
    (1, 8, 15, 1)
    """

    rank = 2


class UpSampling3D(_UpSampling):
    """Each plane, row and column repeated."""

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
    """Zeros before and behind a sequence."""

    rank = 1


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images.

    Args:
        padding: one number, one for each axis, or a pair (before, behind) for each.
        data_format: `channels_last` (the default) or `channels_first`.

    >>> ZeroPadding2D(((1, 0), (2, 2)))(ops.ones((1, 4, 5, 1))).shape
    (1, 5, 9, 1)
    """

    rank = 2


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes."""

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
    """Steps cut off at both ends of a sequence."""

    rank = 1

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["data_format"]
        return config


class Cropping2D(_Cropping):
    """Rows and columns cut off around images.

    >>> Cropping2D(((1, 0), (2, 2)))(ops.ones((1, 4, 5, 1))).shape
    (1, 3, 1, 1)
    """

    rank = 2


class Cropping3D(_Cropping):
    """Planes, rows and columns cut off around volumes."""

    rank = 3
