"""Python's operators on tensors and variables, and indexing."""

from typing import Any

import numpy as np

from oribi.graph import structural as st
from oribi.values import Tensor, Variable, as_node, install_operators

from .core import tensor
from .elementwise import (
    absolute,
    add,
    divide,
    equal,
    floor_divide,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    mod,
    multiply,
    negative,
    not_equal,
    power,
    subtract,
)
from .product import matmul
from .registry import op
from .shaping import take
from .symbolic import symbolic

__all__ = ["getitem"]


def _reflected(function: Any) -> Any:
    return lambda self, other: symbolic(function)(other, self)


@op(class_name="GetItem")
def getitem(x: Any, key: Any) -> Tensor:
    """NumPy's basic indexing (numbers, slices, `...`, None), and one integer array along the first axis."""
    node = as_node(x)
    if isinstance(key, Tensor | Variable | np.ndarray | list):
        if as_node(key).dtype == "bool":
            raise NotImplementedError("indexing with a mask gives a shape that depends on values; use ops.where")
        return take(x, key, axis=0)
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
    "__add__": add,
    "__radd__": _reflected(add),
    "__sub__": subtract,
    "__rsub__": _reflected(subtract),
    "__mul__": multiply,
    "__rmul__": _reflected(multiply),
    "__truediv__": divide,
    "__rtruediv__": _reflected(divide),
    "__floordiv__": floor_divide,
    "__rfloordiv__": _reflected(floor_divide),
    "__mod__": mod,
    "__rmod__": _reflected(mod),
    "__pow__": power,
    "__rpow__": _reflected(power),
    "__matmul__": matmul,
    "__rmatmul__": _reflected(matmul),
    "__neg__": negative,
    "__abs__": absolute,
    "__invert__": logical_not,
    "__and__": logical_and,
    "__or__": logical_or,
    "__xor__": logical_xor,
    "__eq__": equal,
    "__ne__": not_equal,
    "__lt__": less,
    "__le__": less_equal,
    "__gt__": greater,
    "__ge__": greater_equal,
    "__getitem__": getitem,
}
install_operators({name: symbolic(function) for name, function in _TABLE.items()})
