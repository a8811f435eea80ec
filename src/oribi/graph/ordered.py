"""Primitives that walk along an axis in order: running sums and products, and sorting."""

import numpy as np

from . import dtypes
from .elementwise import add, full_like, mul
from .kinds import Kind
from .node import GraphError, Node, Primitive, Shape, constant, no_gradient, parameter
from .program import Program
from .scan import scan
from .structural import concatenate, reverse, slice_, transpose

# --- running sums and products ----------------------------------------------------------------------------------------


def _infer_running(x: Node, *, axis: int, reverse: bool) -> tuple[Shape, str]:
    if not 0 <= axis < len(x.shape) or x.dtype not in dtypes.FLOATS + dtypes.INTEGERS:
        raise GraphError(f"a running sum or product along axis {axis} of {x!r}")
    return x.shape, x.dtype


def _cumsum_gradient(ct: Node, y: Node) -> tuple[Node]:
    return (cumsum(ct, axis=y.attributes["axis"], reverse=not y.attributes["reverse"]),)


def _cumprod_gradient(ct: Node, y: Node) -> tuple[Node]:
    """The product of all before, times r, where r[i] = ct[i] + x[i + 1] r[i + 1]: right beside zeros too."""
    axis, backwards = y.attributes["axis"], y.attributes["reverse"]
    order = (axis, *(a for a in range(len(y.shape)) if a != axis))
    first = lambda n: reverse(transpose(n, order), axes=(0,)) if backwards else transpose(n, order)
    x, product, cotangent = map(first, (y.operands[0], y, ct))
    length, rest = x.shape[0], x.shape[1:]
    if not x.size:
        return (ct,)
    ones = constant(np.broadcast_to(np.ones((), x.dtype), (1, *rest)))
    before = concatenate(ones, slice_(product, (0,) * len(x.shape), (length - 1, *rest)), axis=0)
    one, its_ct, behind = (parameter(name, rest, x.dtype) for name in ("x", "ct", "behind"))
    total = add(its_ct, behind)
    body = Program((one, its_ct), (behind,), (mul(one, total),), (total,))
    _, (sums,) = scan(body, [], [x, cotangent], [full_like(behind, 0)], length, reverse=True)
    result = mul(before, sums)
    result = reverse(result, axes=(0,)) if backwards else result
    return (transpose(result, tuple(order.index(a) for a in range(len(order)))),)


cumsum: Primitive = Primitive("cumsum", _infer_running, _cumsum_gradient, Kind.ORDERED, linear=True, combine=add)
cumprod = Primitive("cumprod", _infer_running, _cumprod_gradient, Kind.ORDERED, combine=mul)

# --- sorting ----------------------------------------------------------------------------------------------------------


def _infer_argsort(x: Node, *, axis: int, descending: bool) -> tuple[Shape, str]:
    if not 0 <= axis < len(x.shape) or x.shape[axis] >= 2**31:
        raise GraphError(f"argsort along axis {axis} of {x!r}")
    return x.shape, "int32"


# The indices that sort along an axis. What is equal keeps its order; NaN counts as larger than all else.
argsort = Primitive("argsort", _infer_argsort, no_gradient, Kind.ORDERED)

TABLE = {p.name: p for p in (cumsum, cumprod, argsort)}
