"""Anything that is an array, as an array or as a node."""

import array
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.node import Node, constant

from .tensor import Operators

_KNOWN = frozenset(np.dtype(d) for d in dtypes.ALL)


def as_node(x: Any, dtype: Any = None) -> Node:
    """A node for anything that is an array: tensors, variables, arrays, numbers, nested lists.

    Raises:
        TypeError: it is no array of numbers (strings, objects, ragged lists).
    """
    if isinstance(x, Operators):
        node = x.node
        return node if dtype is None else cast_node(node, dtypes.canonical(dtype))
    return constant(as_array(x, dtype))


def read_without_end(x: Any) -> Any:
    """The object in `x` that NumPy would read item by item, perhaps without end; None where there is none.

    NumPy takes whatever has `__getitem__` for a sequence that ends with an IndexError. A dataset that gives batches by number
    need not end.
    """
    if isinstance(x, list | tuple | deque):
        kinds = {type(item): item for item in x if type(item) not in _ENDING}
        nested = [item for item in x if isinstance(item, list | tuple | deque)]
        found = (read_without_end(item) for item in [*(kinds.values()), *nested])
        return next((item for item in found if item is not None), None)
    if type(x) in _ENDING or isinstance(x, np.ndarray | np.generic | Operators | range | str | bytes | memoryview):
        return None
    if not hasattr(x, "__getitem__") or isinstance(x, Mapping | array.array):
        return None
    return None if any(hasattr(x, protocol) for protocol in ARRAY_PROTOCOLS) else x


_ENDING = frozenset({int, float, bool, complex, np.ndarray, type(None)})
ARRAY_PROTOCOLS = ("__array__", "__array_interface__", "__array_struct__", "__buffer__")


def as_array(x: Any, dtype: Any = None) -> np.ndarray:
    """A copy of `x` as an array of a supported dtype; Python floats become float32, Python ints int32."""
    endless = read_without_end(x)
    if endless is not None:
        kind = type(endless).__name__
        raise TypeError(f"cannot make a tensor of a {kind}, which is no array and no list. Make it an array first")
    try:
        array = np.array(x, order="C")
    except ValueError as error:
        raise TypeError(f"cannot make a tensor of a {type(x).__name__} whose rows differ in length") from error
    if array.dtype.kind not in "fiub":
        raise TypeError(f"cannot make a tensor of dtype {array.dtype} ({type(x).__name__}); expected numbers")
    if dtype is None:
        if hasattr(x, "dtype") and array.dtype in _KNOWN:
            return array
        dtype = {"f": dtypes.floatx(), "i": "int32", "u": "int32", "b": "bool"}[array.dtype.kind]
    return array.astype(dtypes.canonical(dtype), copy=False)


def cast_node(node: Node, dtype: str) -> Node:
    return ew.convert(node, dtype)
