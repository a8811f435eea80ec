"""Noise in training: Gaussian, multiplicative, and dropout of whole feature maps; when not training, the input itself."""

import math
from typing import Any

from oribi import ops, random
from oribi.config.defaults import checked_format
from oribi.random import SeedGenerator

from .base.layer import Layer
from .base.shapes import Shape
from .dropout import Dropout


class _Noise(Layer):
    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        self.supports_masking = True
        self.build_at_init()

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


class GaussianNoise(_Noise):
    """inputs + normal noise of standard deviation `stddev`.

    Input shape: any. Output shape: the same.

    Args:
        seed: makes the numbers the same each time; drawn anew by default.

    Raises:
        ValueError: stddev is negative.

    >>> GaussianNoise(0.1)(ops.ones(2)).numpy()
    array([1., 1.], dtype=float32)
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        if not isinstance(stddev, int | float) or stddev < 0:
            raise ValueError(f"GaussianNoise: stddev must not be negative. Received: stddev={stddev!r}")
        self.stddev = stddev

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.stddev == 0:
            return inputs
        return ops.add(inputs, random.normal(inputs.shape, 0.0, self.stddev, self.dtype, self.seed_generator))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stddev": self.stddev}


def _checked_rate(layer: Layer, rate: Any) -> float:
    if not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise ValueError(f"{type(layer).__name__}: rate must be a number between 0 and 1. Received: rate={rate!r}")
    return rate


class GaussianDropout(_Noise):
    """inputs * normal noise of mean one and standard deviation sqrt(rate / (1 - rate)) (Srivastava et al., 2014).

    Input shape: any. Output shape: the same.

    Args:
        seed: makes the numbers the same each time; drawn anew by default.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.rate = _checked_rate(self, rate)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        deviation = math.sqrt(self.rate / (1 - self.rate))
        return ops.multiply(inputs, random.normal(inputs.shape, 1.0, deviation, self.dtype, self.seed_generator))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}


class AlphaDropout(_Noise):
    """Dropout to selu's negative saturation value, scaled so that mean and variance stay (Klambauer et al., 2017).

    Input shape: any. Output shape: the same.

    Args:
        rate: share of the elements that are left out, from 0 to 1.
        noise_shape: shape of the mask, which is broadcast; None or an axis of None is the input's.
        seed: makes the numbers the same each time; drawn anew by default.
    """

    ALPHA = -1.6732632423543772 * 1.0507009873554805

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.rate = _checked_rate(self, rate)
        self.noise_shape = noise_shape

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        shape = inputs.shape
        if self.noise_shape is not None:
            shape = tuple(n or s for n, s in zip(self.noise_shape, shape, strict=True))
        kept = ops.greater_equal(random.uniform(shape, seed=self.seed_generator), self.rate)
        factor = 1 / math.sqrt((1 - self.rate) * (1 + self.rate * self.ALPHA**2))
        dropped = ops.where(ops.broadcast_to(kept, inputs.shape), inputs, self.ALPHA)
        return ops.add(ops.multiply(dropped, factor), -factor * self.ALPHA * self.rate)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape}


class _SpatialDropout(Dropout):
    """Whole feature maps left out at random (Tompson et al., 2014)."""

    rank: int

    def __init__(self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = checked_format(type(self).__name__, data_format)
        ones = (1,) * self.rank
        self.noise_shape = (None, *ones, None) if self.data_format == "channels_last" else (None, None, *ones)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["noise_shape"], config["trainable"]  # Keras takes neither
        return {**config, "data_format": self.data_format}


class SpatialDropout1D(_SpatialDropout):
    """Whole features of sequences left out at random in training.

    Input shape: `(batch, steps, features)`. Output shape: the same.

    Args:
        rate: share of features left out.
        seed: of the random numbers.
    """

    rank = 1

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, None, seed, **kwargs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["data_format"]
        return config


class SpatialDropout2D(_SpatialDropout):
    """Whole channels of images left out at random in training.

    Input shape: `(batch, height, width, channels)`. Output shape: the same.

    Args:
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Whole channels of volumes left out at random in training.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: the same.

    Args:
        data_format: `channels_last`, or `channels_first`.
    """

    rank = 3
