"""Input: the shape of the data that a model will see."""

from collections.abc import Sequence
from typing import Any

from oribi.config.names import auto_name
from oribi.graph import dtypes
from oribi.values import KerasTensor

from .base.layer import Layer


class InputLayer(Layer):
    """Says the shape of a model's input.

    Input shape: none. Output shape: `(batch_size, *shape)`.

    Args:
        shape: of one example.
        batch_size: of the batch axis, if it is fixed.
        dtype: of the data.
        sparse, ragged, tensor, optional: not there yet.
        batch_shape: the shape with the batch axis, in place of the first two.
        name: of the input.
        input_tensor: only None: an error otherwise.
    """

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
    ) -> None:
        _refuse("InputLayer", sparse=sparse, ragged=ragged, input_tensor=input_tensor, optional=optional)
        super().__init__(name=name or auto_name("InputLayer"), dtype=dtype)
        self.batch_shape = _whole_shape(shape, batch_size, batch_shape)
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {"batch_shape": self.batch_shape, "dtype": self.dtype, "name": self.name}


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """Stands for a model's input: the first entry of a Sequential, or where a functional model begins.

    Args:
        shape: of one example, without the batch axis.
        batch_size: of the batch axis, if it is fixed.
        dtype: of the data; `float32` by default.
        sparse, ragged, tensor, optional: not there yet.
        batch_shape: the shape with the batch axis, in place of the first two.
        name: of the input.

    >>> Input((28, 28)).shape
    (None, 28, 28)
    """
    _refuse("Input", sparse=sparse, ragged=ragged, tensor=tensor, optional=optional)
    whole = _whole_shape(shape, batch_size, batch_shape)
    return KerasTensor(whole, dtypes.of_floats(dtype), name=name or auto_name("InputLayer"))


def _refuse(who: str, **unsupported: Any) -> None:
    """Raise a NotImplementedError for what is asked for and is not there yet."""
    for name, value in unsupported.items():
        if value not in (None, False):
            raise NotImplementedError(f"{who}: {name} is not there yet")


def _whole_shape(shape: Any, batch_size: int | None, batch_shape: Any) -> tuple[int | None, ...]:
    """The shape with the batch axis first.

    Raises:
        ValueError: there is none, or there are two.
    """
    if (shape is None) == (batch_shape is None) or (batch_shape is not None and batch_size is not None):
        given = f"shape={shape}, batch_size={batch_size}, batch_shape={batch_shape}"
        raise ValueError(f"Input needs a shape, or a batch_shape and no batch_size. Received: {given}")
    given = shape if batch_shape is None else batch_shape
    if isinstance(given, int):
        raise ValueError(f"Input: shape must be a tuple such as ({given},), got the number {given}")
    return (batch_size, *given) if batch_shape is None else tuple(given)
