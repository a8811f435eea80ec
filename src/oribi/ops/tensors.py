"""Tensors of arrays, and what one may ask of them."""

from typing import Any

import numpy as np

from oribi.graph.grad import grad
from oribi.values import KerasTensor, Tensor, as_node


def convert_to_tensor(x: Any, dtype: Any = None) -> Tensor:
    """A tensor of an array, a number or a nested list.

    Args:
        x: an array, a number or a nested list.
        dtype: of the tensor; the array's, or float32 and int32 for Python's numbers.

    >>> convert_to_tensor([1, 2])
    Tensor([1, 2], shape=[2], dtype=int32)
    """
    if isinstance(x, Tensor | KerasTensor) and dtype in (None, x.dtype):
        return x  # type: ignore[return-value]
    return Tensor(as_node(x, dtype))


def convert_to_numpy(x: Any) -> np.ndarray:
    """The value of `x` as a NumPy array."""
    return np.array(x)


def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor."""
    return isinstance(x, Tensor | KerasTensor)


def shape(x: Any) -> tuple[int | None, ...]:
    """The sizes of the axes of `x`; None where a symbolic tensor's are not known."""
    return x.shape if isinstance(x, KerasTensor) else as_node(x).shape


def gradients(y: Any, xs: list[Any]) -> list[Tensor]:
    """The gradients of a scalar tensor with respect to tensors or variables that it was computed from under a trace.

    Args:
        y: a scalar tensor.
        xs: tensors or variables.
    """
    return [Tensor(g) for g in grad(as_node(y), [as_node(x) for x in xs])]
