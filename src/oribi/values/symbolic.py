"""KerasTensor: a shape and a dtype of data to come."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph.node import Node

from .tensor import Operators


class NoValue(TypeError):
    """Something was to be computed from a symbolic tensor."""


class KerasTensor(Operators):
    """A tensor of data to come: a shape and a dtype, and how it will be computed. What `Input` returns.

    Args:
        shape: sizes of the axes, None where they are not known yet.
        dtype: of the elements; `oribi.config.floatx()` by default.
        sparse, ragged: not there yet.
        record_history: taken for Keras' sake.
        name: what it is called in messages.
        call: the operation that makes it; None for an input.

    Attributes:
        shape: sizes of the axes, None where they are not known yet.
        dtype: of the elements.
        name: what it is called in messages.
        call: the operation that makes it; None for an input.
        mask: which steps of a sequence will be there, a symbolic tensor too; None for all.
    """

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        call: Any = None,
    ) -> None:
        if sparse or ragged:
            raise NotImplementedError("KerasTensor: sparse and ragged tensors are not there yet")
        self.shape, self.dtype = tuple(shape), dtypes.of_floats(dtype)
        self.call = call
        self.mask: KerasTensor | None = None
        self.name = str(name or getattr(call, "name", "input"))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def _keras_mask(self) -> "KerasTensor | None":
        """The mask, under Keras' name."""
        return self.mask

    @property
    def node(self) -> Node:
        raise NoValue(
            f"{self!r} has no value: it stands for data to come. Use oribi.ops and layers on it, and make a "
            "model of inputs and outputs"
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise NoValue(f"{self!r} has no value that NumPy could use: use oribi.ops")

    def __iter__(self) -> Any:
        raise TypeError(f"{self!r} cannot be walked through")

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"
