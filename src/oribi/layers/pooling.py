"""Pooling: the largest element or the mean under a window, or of a whole picture."""

from typing import Any

from oribi import ops
from oribi.config.defaults import checked_format
from oribi.ops.windows import Sizes, each

from .base.layer import Layer


class _Spatial(Layer):
    """A layer over `(batch, *spatial, channels)`."""

    rank: int

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = checked_format(type(self).__name__, data_format)

    def check_input(self, inputs: Any) -> None:
        if inputs.ndim != self.rank + 2:
            raise ValueError(
                f"{self.describe()}: expected inputs of {self.rank + 2} dimensions, (batch, *spatial, channels), got "
                f"shape {tuple(inputs.shape)}"
            )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class _Pooling(_Spatial):
    """Args:
    pool_size: extent of the window, one number or one for each spatial axis.
    strides: steps from one place to the next; the window's extent by default.
    padding: `valid` or `same`.
    data_format: `channels_last` (the default) or `channels_first`.
    """

    def __init__(
        self,
        pool_size: Sizes = 2,
        strides: Sizes | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format, **kwargs)
        kind = type(self).__name__
        self.pool_size = each(pool_size, self.rank, f"{kind}: pool_size")
        self.strides = each(self.pool_size if strides is None else strides, self.rank, f"{kind}: strides")
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"{kind}: padding must be 'valid' or 'same'. Received: padding={padding!r}")

    def call(self, inputs: Any) -> Any:
        return type(self).pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    pool: Any

    def get_config(self) -> dict[str, Any]:
        own = {"pool_size": self.pool_size, "strides": self.strides, "padding": self.padding}
        return {**super().get_config(), **own}


class _Max(_Pooling):
    pool = staticmethod(ops.max_pool)


class _Average(_Pooling):
    pool = staticmethod(ops.average_pool)


class MaxPooling1D(_Max):
    """The largest of each window of steps.

    Input shape: `(batch, steps, channels)`. Output shape: `(batch, windows, channels)`.

    >>> MaxPooling1D(2)(ops.ones((2, 9, 3))).shape
    (2, 4, 3)
    """

    rank = 1


class MaxPooling2D(_Max):
    """The largest element of each window of an image, channel by channel.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, rows, columns, channels)`.

    Args:
        pool_size: extent of the window, one number or one for each axis.
        strides: steps from one place to the next; the window's extent by default.
        padding: `valid` or `same`.
        data_format: `channels_last` (the default) or `channels_first`.

    >>> MaxPooling2D()(ops.ones((2, 26, 26, 32))).shape
    (2, 13, 13, 32)
    """

    rank = 2


class MaxPooling3D(_Max):
    """The largest element of each window of a volume.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, planes, rows, columns, channels)`, of
    windows.
    """

    rank = 3


class AveragePooling1D(_Average):
    """The mean of each window of steps; padding does not count.

    Input shape: `(batch, steps, channels)`. Output shape: `(batch, windows, channels)`.
    """

    rank = 1


class AveragePooling2D(_Average):
    """The mean of each window of an image, channel by channel; padding does not count.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, rows, columns, channels)`.

    >>> AveragePooling2D(3, strides=2, padding="same")(ops.ones((2, 7, 7, 4))).shape
    (2, 4, 4, 4)
    """

    rank = 2


class AveragePooling3D(_Average):
    """The mean of each window of a volume; padding does not count.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, planes, rows, columns, channels)`, of
    windows.
    """

    rank = 3


class _Global(_Spatial):
    """Args:
    data_format: `channels_last` (the default) or `channels_first`.
    keepdims: keep the spatial axes, with extent one.
    """

    reduce: Any

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.keepdims = keepdims

    def call(self, inputs: Any) -> Any:
        first = 1 if self.data_format == "channels_last" else 2
        return type(self).reduce(inputs, tuple(range(first, first + self.rank)), keepdims=self.keepdims)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "keepdims": self.keepdims}


class _GlobalMax(_Global):
    reduce = staticmethod(ops.max)


class _GlobalAverage(_Global):
    reduce = staticmethod(ops.mean)


class GlobalMaxPooling1D(_GlobalMax):
    """The largest over all steps: `(batch, steps, features)` to `(batch, features)`."""

    rank = 1


class GlobalMaxPooling2D(_GlobalMax):
    """The largest over a whole image: `(batch, height, width, channels)` to `(batch, channels)`."""

    rank = 2


class GlobalMaxPooling3D(_GlobalMax):
    """The largest over a whole volume.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, channels)`.
    """

    rank = 3


class GlobalAveragePooling1D(_GlobalAverage):
    """The mean over all steps, or over those of the mask: `(batch, steps, features)` to `(batch, features)`.

    >>> GlobalAveragePooling1D()(ops.ones((2, 9, 3))).shape
    (2, 3)
    """

    rank = 1
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        steps, features = (1, 2) if self.data_format == "channels_last" else (2, 1)
        there = ops.expand_dims(ops.cast(mask, "bool"), features)
        total = ops.sum(ops.where(there, inputs, ops.zeros_like(inputs)), steps, keepdims=self.keepdims)
        return ops.divide(total, ops.sum(ops.cast(there, inputs.dtype), steps, keepdims=self.keepdims))

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        """None: the steps are gone."""
        return None


class GlobalAveragePooling2D(_GlobalAverage):
    """The mean over a whole image: `(batch, height, width, channels)` to `(batch, channels)`."""

    rank = 2


class GlobalAveragePooling3D(_GlobalAverage):
    """The mean over a whole volume.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, channels)`.
    """

    rank = 3
