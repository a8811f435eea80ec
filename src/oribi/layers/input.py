"""Input: the shape of the data that a model will see."""

from collections.abc import Sequence
from typing import Any

from oribi.graph import dtypes
from oribi.tensor import KerasTensor

from .layer import Layer
from .naming import auto_name


class InputLayer(Layer):
    """Says the shape of a model's input.

    Args:
        shape: of one example.
        batch_size: of the batch axis, if it is fixed.
        dtype: of the data.
        name: of the input.
    """

    def __init__(
        self, shape: Sequence[int | None], batch_size: int | None = None, dtype: Any = None, name: str | None = None
    ) -> None:
        super().__init__(name=name or auto_name("InputLayer"), dtype=dtype)
        self.batch_shape = (batch_size, *shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {
            "shape": self.batch_shape[1:],
            "batch_size": self.batch_shape[0],
            "dtype": self.dtype,
            "name": self.name,
        }


def Input(
    shape: Sequence[int | None], batch_size: int | None = None, dtype: Any = None, name: str | None = None
) -> KerasTensor:
    """Stands for a model's input: the first entry of a Sequential, or where a functional model begins.

    Args:
        shape: of one example, without the batch axis.
        batch_size: of the batch axis, if it is fixed.
        dtype: of the data; `float32` by default.
        name: of the input.

    >>> Input((28, 28)).shape
    (None, 28, 28)
    """
    if isinstance(shape, int):
        raise ValueError(f"Input: shape must be a tuple such as ({shape},), got the number {shape}")
    kind = dtypes.canonical(dtype or dtypes.FLOATX)
    return KerasTensor((batch_size, *shape), kind, name or auto_name("input"))
