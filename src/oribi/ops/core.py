"""What all ops are made of: conversion to nodes, dtype promotion, broadcasting."""

import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.node import Node, constant
from oribi.graph.reductions import broadcast_in_dim, reduce_and
from oribi.graph.structural import reshape
from oribi.tensor import Operators, Tensor, current_trace

Axis = int | Sequence[int] | None
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
    return None if any(hasattr(x, protocol) for protocol in _ARRAY_PROTOCOLS) else x


_ENDING = frozenset({int, float, bool, complex, np.ndarray, type(None)})
_ARRAY_PROTOCOLS = ("__array__", "__array_interface__", "__array_struct__", "__buffer__")


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
        dtype = {"f": dtypes.FLOATX, "i": "int32", "u": "int32", "b": "bool"}[array.dtype.kind]
    return array.astype(dtypes.canonical(dtype), copy=False)


def cast_node(node: Node, dtype: str) -> Node:
    return ew.convert(node, dtype)


def weak_dtype(x: Any) -> str:
    """The dtype that `x` brings to a promotion: Python numbers are weak."""
    if isinstance(x, Operators):
        return x.dtype
    if isinstance(x, bool):
        return "bool"
    if isinstance(x, int):
        return "int"
    if isinstance(x, float):
        return "float"
    return dtypes.canonical(as_array(x).dtype)


def promoted(*xs: Any, at_least: str | None = None) -> list[Node]:
    """The operands as nodes of their common dtype."""
    kinds = [weak_dtype(x) for x in xs]
    if at_least:
        kinds.append(at_least)
    dtype = dtypes.result_type(tuple(kinds))
    return [x.node if isinstance(x, Operators) and x.dtype == dtype else as_node(x, dtype) for x in xs]


def broadcast(node: Node, shape: tuple[int, ...]) -> Node:
    """NumPy's broadcasting of one operand."""
    if node.shape == shape:
        return node
    lead = len(shape) - len(node.shape)
    return broadcast_in_dim(node, shape, tuple(range(lead, len(shape))))


def together(*nodes: Node) -> list[Node]:
    """The operands broadcast to their common shape.

    Raises:
        ValueError: they have none.
    """
    first, *others = nodes
    if all(n.shape == first.shape for n in others):
        return list(nodes)
    shape = broadcast_shape(*(n.shape for n in nodes))
    return [broadcast(n, shape) for n in nodes]


@lru_cache(maxsize=1024)
def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape of operands.

    Raises:
        ValueError: they have none.
    """
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        listed = " and ".join(str(list(s)) for s in shapes)
        raise ValueError(f"operands of shapes {listed} cannot be broadcast together") from None


def tensor(node: Node, *sources: Any) -> Tensor:
    """A tensor for a node that was made of `sources`."""
    depth = 0
    for source in sources:
        if isinstance(source, Tensor) and source._depth > depth:
            depth = source._depth
    return Tensor(node, depth + 1)


def unary(primitive: Callable[[Node], Node], x: Any, at_least: str | None = None) -> Tensor:
    """A primitive of one operand, floats at least where `at_least` says so."""
    (node,) = promoted(x, at_least=at_least)
    return tensor(primitive(node), x)


def binary(primitive: Callable[[Node, Node], Node], x1: Any, x2: Any, at_least: str | None = None) -> Tensor:
    """A primitive of two operands, promoted and broadcast."""
    return tensor(primitive(*together(*promoted(x1, x2, at_least=at_least))), x1, x2)


def axes_of(axis: Axis, rank: int, what: str = "axis") -> tuple[int, ...]:
    """Axes as ascending non-negative numbers; all of them for None.

    Raises:
        ValueError: an axis that the operand does not have.
    """
    if axis is None:
        return tuple(range(rank))
    given = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    for a in given:
        if not -rank <= a < rank:
            raise ValueError(f"{what} {a} is out of range for a tensor of {rank} dimensions")
    return tuple(sorted({int(a) % rank for a in given}))


def keep_dims(node: Node, shape: tuple[int, ...], axes: tuple[int, ...]) -> Node:
    """A reduced node with its reduced axes put back at size one."""
    return reshape(node, tuple(1 if a in axes else n for a, n in enumerate(shape)))


def check(condition: Any, message: str) -> None:
    """Tell the user, with a ValueError, when a condition on values does not hold everywhere.

    Inside of a compiled step it is noted, and raised when the native call returns.
    """
    node = as_node(condition)
    failed = ew.logical_not(reduce_and(node, axes=tuple(range(len(node.shape)))))
    trace = current_trace()
    if trace is None:
        if Tensor(failed).item():
            raise ValueError(message)
        return
    variable = trace.failing(message)
    trace.write(variable, ew.logical_or(trace.read(variable), failed))


def wrapped(index: Node, extent: int) -> Node:
    """Indices as int64, negative ones counted from the end of an axis."""
    index = cast_node(index, "int64")
    from_end = ew.add(index, ew.full_like(index, extent))
    return ew.select(ew.lt(index, ew.full_like(index, 0)), from_end, index)


def full_node(value: Any, shape: Sequence[int], dtype: str) -> Node:
    """A constant, every element alike."""
    return constant(np.broadcast_to(np.asarray(value, dtype), tuple(shape)))
