"""Python's operators on tensors and variables, and indexing."""

from typing import Any

import numpy as _np

from oribi.graph import structural as st
from oribi.values import Tensor, Variable, as_node, install_operators

from . import numpy as np
from .core import tensor
from .symbolic import symbolic


def _reflected(function: Any) -> Any:
    return lambda self, other: symbolic(function)(other, self)


def getitem(x: Any, key: Any) -> Tensor:
    """NumPy's basic indexing (numbers, slices, `...`, None), and one integer array along the first axis."""
    node = as_node(x)
    if isinstance(key, Tensor | Variable | _np.ndarray | list):
        if as_node(key).dtype == "bool":
            raise NotImplementedError("indexing with a mask gives a shape that depends on values; use ops.where")
        return np.take(x, key, axis=0)
    keys = list(key) if isinstance(key, tuple) else [key]
    _expand_ellipsis(keys, len(node.shape))
    start, limit, strides, reversed_axes, shape = [], [], [], [], []
    axis = 0
    for k in keys:
        if k is None:
            shape.append(1)
            continue
        if axis >= len(node.shape):
            raise IndexError(f"too many indices for a tensor of shape {list(node.shape)}")
        extent = node.shape[axis]
        if isinstance(k, slice):
            low, high, step = k.indices(extent)
            count = len(range(low, high, step))
            if step < 0:
                reversed_axes.append(axis)
                low, step = low + (count - 1) * step if count else 0, -step
            start.append(low if count else 0)
            limit.append(low + (count - 1) * step + 1 if count else 0)
            strides.append(step)
            shape.append(count)
        else:
            index = k.__index__()
            if not -extent <= index < extent:
                raise IndexError(f"index {index} is out of range for axis {axis} of size {extent}")
            start.append(index % extent)
            limit.append(index % extent + 1)
            strides.append(1)
        axis += 1
    cut = st.slice_(node, tuple(start), tuple(limit), tuple(strides))
    if reversed_axes:
        cut = st.reverse(cut, axes=tuple(reversed_axes))
    return tensor(st.reshape(cut, tuple(shape)), x)


def _expand_ellipsis(keys: list[Any], rank: int) -> None:
    """Replace `...`, or the end of too short a key, by whole axes."""
    given = sum(k is not None and k is not Ellipsis for k in keys)
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), None)
    fill = [slice(None)] * max(rank - given, 0)
    if at is None:
        keys += fill
    else:
        keys[at : at + 1] = fill


_TABLE = {
    "__add__": np.add,
    "__radd__": _reflected(np.add),
    "__sub__": np.subtract,
    "__rsub__": _reflected(np.subtract),
    "__mul__": np.multiply,
    "__rmul__": _reflected(np.multiply),
    "__truediv__": np.divide,
    "__rtruediv__": _reflected(np.divide),
    "__floordiv__": np.floor_divide,
    "__rfloordiv__": _reflected(np.floor_divide),
    "__mod__": np.mod,
    "__rmod__": _reflected(np.mod),
    "__pow__": np.power,
    "__rpow__": _reflected(np.power),
    "__matmul__": np.matmul,
    "__rmatmul__": _reflected(np.matmul),
    "__neg__": np.negative,
    "__abs__": np.absolute,
    "__invert__": np.logical_not,
    "__and__": np.logical_and,
    "__or__": np.logical_or,
    "__xor__": np.logical_xor,
    "__eq__": np.equal,
    "__ne__": np.not_equal,
    "__lt__": np.less,
    "__le__": np.less_equal,
    "__gt__": np.greater,
    "__ge__": np.greater_equal,
    "__getitem__": getitem,
}
install_operators({name: symbolic(function) for name, function in _TABLE.items()})
