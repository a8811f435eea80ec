"""Products of vectors, matrices and batches of them."""

import builtins
from typing import Any

import numpy as np

from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.node import Node
from oribi.values import Tensor, cast_node

from .core import broadcast, promoted, tensor
from .elementwise import multiply
from .registry import op
from .shaping import expand_dims, ravel, squeeze

__all__ = ["dot", "matmul", "outer", "tensordot"]


def _contracted(a: Node, b: Node, *axes: Any) -> Node:
    """A product of two arrays, summed over axes; of booleans whether any pair is true."""
    if a.dtype != "bool":
        return dot_general(a, b, *axes)
    counts = dot_general(cast_node(a, "int32"), cast_node(b, "int32"), *axes)
    return ew.ne(counts, ew.full_like(counts, 0))


@op
def matmul(x1: Any, x2: Any) -> Tensor:
    """The product of matrices, batched over leading axes as NumPy does; of int8 in int32, as Keras'.

    Args:
        x1, x2: operands, promoted to one dtype and broadcast.

    Raises:
        ValueError: the inner sizes differ.
    """
    a, b = promoted(x1, x2)
    if a.dtype == "int8":
        a, b = cast_node(a, "int32"), cast_node(b, "int32")
    if not a.shape or not b.shape:
        raise ValueError("matmul needs operands of at least one dimension; use multiply for scalars")
    if a.shape[-1] != b.shape[-2 if len(b.shape) > 1 else 0]:
        raise ValueError(f"matmul of shapes {list(a.shape)} and {list(b.shape)}: the inner sizes differ")
    if len(b.shape) <= 2:
        return tensor(_contracted(a, b, ((len(a.shape) - 1,), (builtins.max(len(b.shape) - 2, 0),))), x1, x2)
    if len(a.shape) == 1:
        return squeeze(matmul(expand_dims(x1, 0), x2), -2)
    lead = tuple(np.broadcast_shapes(a.shape[:-2], b.shape[:-2]))
    a, b = broadcast(a, (*lead, *a.shape[-2:])), broadcast(b, (*lead, *b.shape[-2:]))
    n = len(lead)
    axes = tuple(range(n))
    return tensor(_contracted(a, b, ((n + 1,), (n,)), (axes, axes)), x1, x2)


@op
def dot(x1: Any, x2: Any) -> Tensor:
    """NumPy's dot: the last axis of x1 with the last but one of x2."""
    a, b = promoted(x1, x2)
    if not a.shape or not b.shape:
        return multiply(x1, x2)
    return tensor(_contracted(a, b, ((len(a.shape) - 1,), (builtins.max(len(b.shape) - 2, 0),))), x1, x2)


@op
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """The product summed over the given axes of both, or over the last and first `axes`.

    Args:
        x1, x2: operands, promoted to one dtype and broadcast.
        axes: how many of the last and first axes, or a pair of lists of axes.
    """
    a, b = promoted(x1, x2)
    if isinstance(axes, int):
        left, right = tuple(range(len(a.shape) - axes, len(a.shape))), tuple(range(axes))
    else:
        left, right = (tuple([s] if isinstance(s, int) else s) for s in axes)
    left = tuple(i % len(a.shape) for i in left)
    right = tuple(i % len(b.shape) for i in right)
    return tensor(_contracted(a, b, (left, right)), x1, x2)


@op
def outer(x1: Any, x2: Any) -> Tensor:
    """Every product of an element of x1 and one of x2."""
    return tensordot(ravel(x1), ravel(x2), 0)
