"""What all ops are made of: conversion to nodes, dtype promotion, broadcasting."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.node import Node, constant
from oribi.graph.reductions import broadcast_in_dim, reduce_and
from oribi.graph.structural import reshape
from oribi.values import Operators, Tensor, as_array, as_node, cast_node, current_trace

Axis = int | Sequence[int] | None


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

    Args:
        condition: booleans that must all be true.
        message: of the error.
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
