"""Initializers: the first values of weights, as `keras.initializers`.

Variance scaling (Glorot and Bengio, 2010; He et al., 2015; LeCun et al., 1998) draws with a spread that keeps the size of
activations from layer to layer.
"""

import math
import warnings
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from oribi.config.names import table_of
from oribi.config.serialization import deserialize, resolve, serialize
from oribi.graph import dtypes
from oribi.random.random import SeedGenerator, next_seed
from oribi.values import Tensor

Shape = Sequence[int]


class Initializer:
    """Base class: called with a shape and a dtype, gives a tensor."""

    def __call__(self, shape: Shape, dtype: Any = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a __call__(shape, dtype)")

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Initializer":
        return cls(**config)


class Zeros(Initializer):
    """Zeros."""

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return np.zeros(shape, dtypes.of_floats(dtype))


class Ones(Initializer):
    """Ones."""

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return np.ones(shape, dtypes.of_floats(dtype))


class Constant(Initializer):
    """`value` everywhere."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return np.full(shape, self.value, dtypes.of_floats(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


class RandomInitializer(Initializer):
    """An initializer that draws.

    Args:
        seed: a whole number gives the same values at every call; a `SeedGenerator`, or none, others at every call.
    """

    def __init__(self, seed: Any = None) -> None:
        if isinstance(seed, Mapping):
            seed = deserialize(seed, {"SeedGenerator": SeedGenerator}, "seed")
        if not isinstance(seed, int | np.integer | SeedGenerator | None) or isinstance(seed, bool):
            raise ValueError(
                f"{type(self).__name__}: seed must be a whole number or a SeedGenerator. Received: seed={seed!r}"
            )
        self.seed = seed
        self._past = _Past(seed is None)

    def generator(self) -> Any:
        """What the values of this call are drawn from."""
        if self.seed is None:
            return self._past.next_generator()
        return np.random.default_rng(self.seed.draw() if isinstance(self.seed, SeedGenerator) else self.seed)

    def serve(self, layer: Any, weight: str) -> None:
        """Warn where a seed gives a second weight the values of the first: that they start equal is seldom meant."""
        if self.seed is None or isinstance(self.seed, SeedGenerator):
            return
        first = self._past.first_weight
        if first is None:
            self._past.first_weight = weakref.ref(layer), layer.describe(), weight
        elif first[0]() is not layer or first[2] != weight:
            warnings.warn(
                f"{layer.describe()}: {weight} starts with the numbers of the {first[2]} of {first[1]}, since both have one "
                f"{type(self).__name__} with seed={self.seed}. Give each an initializer of its own, or this one no seed",
                UserWarning,
                stacklevel=3,
            )

    def get_config(self) -> dict[str, Any]:
        return {"seed": serialize(self.seed)}


class _Past:
    """What an initializer has done; a copy of one has done nothing, and draws other numbers.

    Args:
        draws: whether it has no seed of its own.
    """

    def __init__(self, draws: bool) -> None:
        self.start, self.calls = next_seed() if draws else None, 0
        self.first_weight: tuple[Any, str, str] | None = None

    def next_generator(self) -> Any:
        self.calls += 1
        first = self.start or 0
        return np.random.default_rng(first if self.calls == 1 else np.random.SeedSequence((first, self.calls)))

    def __reduce__(self) -> Any:
        return _Past, (self.start is not None,)


class RandomUniform(RandomInitializer):
    """Uniform between minval and maxval."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return self.generator().uniform(self.minval, self.maxval, shape).astype(dtypes.of_floats(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


class RandomNormal(RandomInitializer):
    """Normal with a mean and a standard deviation.

    Args:
        stddev: their standard deviation.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return self.generator().normal(self.mean, self.stddev, shape).astype(dtypes.of_floats(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class TruncatedNormal(RandomNormal):
    """Normal, drawn again where more than two standard deviations from the mean.

    Args:
        stddev: their standard deviation.
    """

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return (self.mean + self.stddev * _truncated(self.generator(), shape)).astype(dtypes.of_floats(dtype))


def _truncated(generator: Any, shape: Shape) -> np.ndarray:
    """Standard normal numbers between -2 and 2."""
    values = generator.normal(size=shape)
    while True:
        outside = np.abs(values) > 2
        count = int(np.count_nonzero(outside))
        if not count:
            return values
        values[outside] = generator.normal(size=count)


TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal cut at two


class VarianceScaling(RandomInitializer):
    """Random values of variance scale / fan.

    Args:
        scale: positive factor.
        mode: `fan_in`, `fan_out` or `fan_avg`: the number of inputs, of outputs, or their mean.
        distribution: `truncated_normal`, `untruncated_normal` or `uniform`.
        seed: of the random numbers.

    Raises:
        ValueError: an unknown distribution or mode, or a scale that is not positive.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
    ) -> None:
        if scale <= 0:
            raise ValueError(f"VarianceScaling: scale must be positive, got {scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"VarianceScaling: mode must be fan_in, fan_out or fan_avg, got {mode!r}")
        if distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(f"VarianceScaling: unknown distribution {distribution!r}")
        super().__init__(seed)
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        generator = self.generator()
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return generator.uniform(-limit, limit, shape).astype(dtypes.of_floats(dtype))
        if self.distribution == "untruncated_normal":
            return generator.normal(0, math.sqrt(variance), shape).astype(dtypes.of_floats(dtype))
        return (math.sqrt(variance) / TRUNCATED_STDDEV * _truncated(generator, shape)).astype(dtypes.of_floats(dtype))

    def get_config(self) -> dict[str, Any]:
        own = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**own, **super().get_config()}


def fans(shape: Shape) -> tuple[int, int]:
    """Inputs and outputs of a weight: the last two axes, times the window of the others.

    >>> fans((784, 128)), fans((3, 3, 16, 32))
    ((784, 128), (144, 288))
    """
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


def _scaled(name: str, scale: float, mode: str, distribution: str, source: str) -> type[VarianceScaling]:
    """A variance scaling that has a name of its own."""

    def __init__(self: VarianceScaling, seed: Any = None) -> None:
        VarianceScaling.__init__(self, scale, mode, distribution, seed)

    def get_config(self: VarianceScaling) -> dict[str, Any]:
        return RandomInitializer.get_config(self)

    kind = distribution.replace("truncated_", "")
    doc = f"Variance scaling by {scale} / {mode}, {kind} ({source})."
    members = {"__init__": __init__, "get_config": get_config, "__doc__": doc, "__module__": __name__}
    return type(name, (VarianceScaling,), members)


GlorotUniform = _scaled("GlorotUniform", 1.0, "fan_avg", "uniform", "Glorot and Bengio, 2010")
GlorotNormal = _scaled("GlorotNormal", 1.0, "fan_avg", "truncated_normal", "Glorot and Bengio, 2010")
HeUniform = _scaled("HeUniform", 2.0, "fan_in", "uniform", "He et al., 2015")
HeNormal = _scaled("HeNormal", 2.0, "fan_in", "truncated_normal", "He et al., 2015")
LecunUniform = _scaled("LecunUniform", 1.0, "fan_in", "uniform", "LeCun et al., 1998")
LecunNormal = _scaled("LecunNormal", 1.0, "fan_in", "truncated_normal", "LeCun et al., 1998")


class Orthogonal(RandomInitializer):
    """An orthogonal matrix, times `gain` (Saxe et al., 2014); a kernel of more axes is one of its last axis by all others.

    Args:
        gain: factor.
        seed: of the random numbers.
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal: a weight of shape {tuple(shape)} has fewer than two axes")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self.generator().normal(size=(max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diagonal(r))
        return (self.gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtypes.of_floats(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, **super().get_config()}


class Identity(Initializer):
    """The identity matrix, times `gain`."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        if len(shape) != 2:
            raise ValueError(f"Identity: a weight of shape {tuple(shape)} is no matrix")
        return (self.gain * np.eye(shape[0], shape[1])).astype(dtypes.of_floats(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}


_CLASSES: tuple[Any, ...] = (Zeros, Ones, Constant, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling)
_CLASSES += (GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal, Identity)
TABLE = {**table_of(*_CLASSES), "uniform": RandomUniform, "normal": RandomNormal, "zero": Zeros, "one": Ones}


def get(identifier: Any) -> Any:
    """An initializer for a name, a config, an array or a function.

    Args:
        identifier: what to look up; an object stays as it is.
    """
    if isinstance(identifier, np.ndarray | Tensor):
        value = np.asarray(identifier)
        return lambda shape, dtype=None: value
    return resolve(identifier, TABLE, "initializer")
