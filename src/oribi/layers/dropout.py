"""Dropout: in training, elements are left out at random."""

from collections.abc import Sequence
from typing import Any

from oribi.random import SeedGenerator, dropout
from oribi.utils import checked

from .base.layer import Layer
from .base.shapes import Shape


class Dropout(Layer):
    """In training each element is 0 with probability `rate`, else divided by 1 - rate; elsewhere the input itself.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014.

    Input shape: any. Output shape: the same.

    Args:
        rate: share of elements left out, 0 <= rate <= 1.
        noise_shape: shape of the random mask, None or 1 where it is shared along an axis.
        seed: of the random numbers.

    Raises:
        ValueError: rate is no number between 0 and 1.

    >>> from oribi import ops
    >>> Dropout(0.5)(ops.ones(4)).numpy()
    array([1., 1., 1., 1.], dtype=float32)
    """

    supports_masking = True

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise ValueError(f"Dropout: rate must be a number between 0 and 1. Received: rate={rate!r}")
        self.rate = rate
        if noise_shape is not None:
            noise_shape = checked.sizes("Dropout", "noise_shape", noise_shape, least=1, open_as=None)
        self.noise_shape = noise_shape
        self.seed = seed
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)
        self.build_at_init()

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return inputs * 0.0
        return dropout(inputs, self.rate, self.noise_shape, self.seed_generator)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}
        return {**super().get_config(), **own}
