"""`oribi.ops`: what a user computes with, under the names of `keras.ops`.

In:   anything that is an array: tensors, variables, NumPy arrays, numbers, nested lists.
Out:  lazy tensors. Dtypes follow Keras' promotion, shapes NumPy's broadcasting.
Must not know: layers, models, or which engine will run the nodes.
"""

import inspect as _inspect
from typing import Any as _Any

import numpy as _np

from oribi.graph.grad import grad as _grad
from oribi.values import KerasTensor as _KerasTensor
from oribi.values import Tensor as _Tensor
from oribi.values import as_node as _as_node

from . import operators as operators
from .control import *  # noqa: F403
from .core import check as check
from .nn import *  # noqa: F403
from .numpy import *  # noqa: F403
from .ordering import *  # noqa: F403
from .symbolic import symbolic as _symbolic
from .windows import *  # noqa: F403

OPERATIONS = {"getitem": _symbolic(operators.getitem)}  # what a functional model may be made of beside layers, by name
_HOMES = tuple(f"{__name__}.{module}" for module in ("control", "nn", "numpy", "ordering", "windows"))
for _name, _function in list(globals().items()):
    if _inspect.isfunction(_function) and not _name.startswith("_") and _function.__module__ in _HOMES:
        globals()[_name] = OPERATIONS[_name] = _symbolic(_function)


def convert_to_tensor(x: _Any, dtype: _Any = None) -> _Tensor:
    """A tensor of an array, a number or a nested list.

    >>> convert_to_tensor([1, 2])
    Tensor([1, 2], shape=[2], dtype=int32)
    """
    if isinstance(x, _Tensor | _KerasTensor) and dtype in (None, x.dtype):
        return x  # type: ignore[return-value]
    return _Tensor(_as_node(x, dtype))


def convert_to_numpy(x: _Any) -> _np.ndarray:
    """The value of `x` as a NumPy array."""
    return _np.array(x)


def is_tensor(x: _Any) -> bool:
    """Whether `x` is a tensor."""
    return isinstance(x, _Tensor | _KerasTensor)


def shape(x: _Any) -> tuple[int | None, ...]:
    """The sizes of the axes of `x`; None where a symbolic tensor's are not known."""
    return x.shape if isinstance(x, _KerasTensor) else _as_node(x).shape


def gradients(y: _Any, xs: list[_Any]) -> list[_Tensor]:
    """The gradients of a scalar tensor with respect to tensors or variables that it was computed from under a trace."""
    return [_Tensor(g) for g in _grad(_as_node(y), [_as_node(x) for x in xs])]
