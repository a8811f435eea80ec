"""Layers that only give their input another shape."""

import math
from collections.abc import Sequence
from typing import Any

from oribi import ops
from oribi.config.defaults import checked_format
from oribi.utils import checked

from .base.layer import Layer
from .base.shapes import Shape


class Flatten(Layer):
    """Each example as one row: `(batch, a, b, ...)` to `(batch, a * b * ...)`.

    Args:
        data_format: `channels_last`, or `channels_first` to put the channels last before flattening.

    Raises:
        ValueError: the input is a scalar.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = checked_format("Flatten", data_format)
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        return ops.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))

    def check_input(self, inputs: Any) -> None:
        if inputs.ndim < 1:
            raise ValueError(f"{self.describe()}: expected a batch of examples, got a scalar")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        inner = input_shape[1:]
        return input_shape[0], None if None in inner else math.prod(n for n in inner if n is not None)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Each example in another shape.

    Input shape: `(batch, ...)`. Output shape: `(batch, *target_shape)`.

    Args:
        target_shape: of one example; one -1 is worked out.

    Raises:
        ValueError: several sizes of -1.
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shape = (target_shape,) if checked.is_whole(target_shape) else target_shape
        self.target_shape: tuple[int, ...] = checked.sizes("Reshape", "target_shape", shape, least=0, open_as=-1)
        if self.target_shape.count(-1) > 1:
            raise ValueError(f"Reshape: only one size can be worked out. Received: target_shape={target_shape!r}")
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        inner = self._inner(inputs.shape[1:])
        return inputs if inner == inputs.shape[1:] else ops.reshape(inputs, (inputs.shape[0], *inner))

    def _inner(self, inner: tuple[int, ...]) -> tuple[int, ...]:
        size, known = math.prod(inner), math.prod(n for n in self.target_shape if n != -1)
        fits = known and size % known == 0 if -1 in self.target_shape else size == known
        if not fits:
            raise ValueError(
                f"{self.describe()}: expected examples of {known} elements for target_shape={self.target_shape}, "
                f"got shape {inner} ({size} elements)"
            )
        return tuple(size // known if n == -1 else n for n in self.target_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """The axes of each example in another order.

    Input shape: `(batch, ...)`. Output shape: `(batch, ...)`, in the order of `dims`.

    Args:
        dims: the axes, counted from 1: `(2, 1)` exchanges the first two behind the batch.

    Raises:
        ValueError: dims are not the numbers from 1 on, or inputs have another number of axes.

    >>> Permute((2, 1))(ops.ones((5, 2, 3))).shape
    (5, 3, 2)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"Permute: dims must be the numbers from 1 on in some order. Received: dims={dims}")
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        if inputs.ndim != len(self.dims) + 1:
            raise ValueError(
                f"{self.describe()}: expected inputs of {len(self.dims) + 1} dimensions for dims={self.dims}, "
                f"got shape {tuple(inputs.shape)}"
            )
        order = (0, *self.dims)
        return inputs if order == tuple(range(inputs.ndim)) else ops.transpose(inputs, order)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Each vector repeated: `(batch, features)` to `(batch, n, features)`.

    Raises:
        ValueError: inputs that are no vectors.

    >>> RepeatVector(3)(ops.ones((2, 4))).shape
    (2, 3, 4)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = checked.positive("RepeatVector", "n", n)
        self.build_at_init()

    def check_input(self, inputs: Any) -> None:
        if inputs.ndim != 2:
            raise ValueError(f"{self.describe()}: expected inputs (batch, features), got shape {tuple(inputs.shape)}")

    def call(self, inputs: Any) -> Any:
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n": self.n}
