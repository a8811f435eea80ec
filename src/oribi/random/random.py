"""Random numbers: seeds, and tensors of uniform and normal numbers, as `keras.random`.

Everything that draws inside of a model does so from Threefry counters in the graph, so that the same seed gives the same bits
whatever the engine and the number of threads.
"""

import math
import random as _python_random
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from oribi import ops
from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.node import Node, size_of
from oribi.graph.random import random_bits
from oribi.graph.structural import reshape
from oribi.ops.core import full_node
from oribi.values import Tensor, Variable, current_trace, untraced


class _GlobalSeed:
    """Where seeds come from that nobody gave. One a process; `set_random_seed` starts it over."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.generator: Any = None
        self.stream: SeedGenerator | None = None

    def next(self) -> int:
        with self.lock:
            if self.generator is None:
                self.generator = np.random.default_rng()
            return int(self.generator.integers(0, 2**31 - 1))


_global_seed = _GlobalSeed()


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and oribi's random numbers: what follows is the same each time.

    Args:
        seed: a whole number from 0 to 2**32 - 1.

    Raises:
        ValueError: no whole number from 0 to 2**32 - 1.

    >>> set_random_seed(7)
    """
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ValueError(f"a seed is a whole number from 0 to 2**32 - 1, got {seed!r}")
    _python_random.seed(int(seed))
    np.random.seed(int(seed))
    with _global_seed.lock:
        _global_seed.generator = np.random.default_rng(int(seed))
        _global_seed.stream = None


def next_seed() -> int:
    """A fresh seed."""
    return _global_seed.next()


def check_seed(seed: Any) -> None:
    """Raise a ValueError for what is no seed: neither None nor a whole number of at least zero."""
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0):
        raise ValueError(f"a seed is a whole number of at least 0. Received: seed={seed!r}")


class SeedGenerator:
    """A stream of seeds: a counter that every draw moves on.

    Args:
        seed: where the stream starts; a fresh one by default.
        name: of its variable.
    """

    def __init__(self, seed: int | None = None, name: str = "seed_generator") -> None:
        check_seed(seed)
        self.seed = next_seed() if seed is None else int(seed)
        first = np.array([self.seed & 0xFFFFFFFF, 0], "uint32")
        self.state = Variable(first, dtype="uint32", trainable=False, name=f"{name}_state")

    def next(self) -> Tensor:
        """The next key, uint32[2]."""
        key = self.state.value
        self.state.assign(Tensor(ew.add(key.node, full_node([0, 1], (2,), "uint32"))))
        return key

    def draw(self) -> np.ndarray:
        """The next key, at once, also where a step is being traced: for what is computed before it runs."""
        key = self.state.numpy()
        with untraced():
            self.state.store(key + np.array([0, 1], "uint32"))
        return key

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "SeedGenerator":
        return cls(**config)


Seed = SeedGenerator | int | None


def _key(seed: Seed) -> Node:
    if isinstance(seed, SeedGenerator):
        return seed.next().node
    if seed is None and current_trace() is not None:
        # A compiled step runs many times: what nobody seeded draws from a stream that goes on from step to step.
        if _global_seed.stream is None:
            _global_seed.stream = SeedGenerator()
        return _global_seed.stream.next().node
    return SeedGenerator(seed).state.node


def bits(shape: Sequence[int], seed: Seed = None) -> Tensor:
    """Uniform random uint32."""
    return Tensor(random_bits(_key(seed), tuple(shape)))


def uniform(
    shape: Sequence[int], minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Seed = None
) -> Tensor:
    """Uniform numbers in [minval, maxval).

    Args:
        shape: sizes of the axes.
        minval, maxval: the range.
        dtype: of the result; `oribi.config.floatx()` by default.
        seed: a number or a `SeedGenerator`; drawn anew by default.

    >>> uniform((2, 3), seed=1).shape
    (2, 3)
    """
    unit = _unit(random_bits(_key(seed), tuple(shape)))
    scaled = ops.add(ops.multiply(Tensor(unit), float(maxval - minval)), float(minval))
    return ops.cast(scaled, dtype or dtypes.floatx())


def _unit(words: Node) -> Node:
    """The upper 24 bits of each word as a float32 in [0, 1)."""
    upper = ew.shift_right_logical(words, ew.full_like(words, 8))
    as_float = ew.convert(upper, "float32")
    return ew.mul(as_float, ew.full_like(as_float, 2.0**-24))


def normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> Tensor:
    """Normally distributed numbers (Box and Muller, 1958).

    Args:
        shape: sizes of the axes.
        mean: of the numbers.
        stddev: their standard deviation.
        dtype: of the result; `oribi.config.floatx()` by default.
        seed: a number or a `SeedGenerator`; drawn anew by default.
    """
    count = size_of(shape)
    words = random_bits(_key(seed), (2, count))
    unit = Tensor(_unit(words))
    radius = ops.sqrt(ops.multiply(ops.log1p(ops.negative(unit[0])), -2.0))
    angle = ops.multiply(unit[1], 2 * math.pi)
    flat = ops.multiply(radius, ops.cos(angle))
    scaled = ops.add(ops.multiply(Tensor(reshape(flat.node, tuple(shape))), stddev), mean)
    return ops.cast(scaled, dtype or dtypes.floatx())


def dropout(inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, seed: Seed = None) -> Tensor:
    """Each element 0 with probability `rate`, else divided by 1 - rate (Srivastava et al., 2014).

    Args:
        inputs: a tensor.
        rate: the probability.
        noise_shape: shape of the mask, which is broadcast; the tensor's by default.
        seed: a number or a `SeedGenerator`; drawn anew by default.
    """
    x = Tensor(inputs.node)
    shape = tuple(n or s for n, s in zip(noise_shape, x.shape, strict=True)) if noise_shape else x.shape
    words = random_bits(_key(seed), shape)
    threshold = min(round(rate * 2**32), 2**32 - 1)
    keep = ops.broadcast_to(Tensor(ew.ge(words, ew.full_like(words, threshold))), x.shape)
    return ops.where(keep, ops.multiply(x, 1 / (1 - rate)), 0.0)
