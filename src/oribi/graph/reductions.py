"""Reductions, and `broadcast_in_dim`, which is the gradient of a sum as the sum is its gradient."""

from functools import lru_cache

from . import dtypes
from .elementwise import add, convert, div, eq, full_like, logical_and, logical_or, mul, select
from .elementwise import max as maximum
from .elementwise import min as minimum
from .kinds import Cost, Kind
from .node import GradientRule, GraphError, Node, Primitive, Shape, no_gradient
from .structural import reshape

# --- broadcast_in_dim -------------------------------------------------------------------------------------------------


def _infer_broadcast(x: Node, *, shape: Shape, axes: Shape) -> tuple[Shape, str]:
    _check_broadcast(x.shape, shape, axes)
    return shape, x.dtype


@lru_cache(maxsize=1024)
def _check_broadcast(operand: Shape, shape: Shape, axes: Shape) -> None:
    if len(axes) != len(operand) or list(axes) != sorted(set(axes)):
        raise GraphError(
            f"broadcast_in_dim needs one ascending result axis for each axis of shape {list(operand)}, got {axes}"
        )
    for extent, axis in zip(operand, axes, strict=True):
        if not 0 <= axis < len(shape) or extent not in (1, shape[axis]):
            raise GraphError(f"broadcast_in_dim cannot make {list(shape)} of shape {list(operand)} with axes {axes}")


def _broadcast_gradient(ct: Node, y: Node) -> tuple[Node]:
    x, axes = y.operands[0], y.attributes["axes"]
    kept = {axis for extent, axis in zip(x.shape, axes, strict=True) if extent == y.shape[axis]}
    return (reshape(reduce_sum(ct, tuple(a for a in range(len(y.shape)) if a not in kept)), x.shape),)


broadcast_p = Primitive("broadcast_in_dim", _infer_broadcast, _broadcast_gradient, Kind.VIEW, Cost.FREE, linear=True)


def broadcast_in_dim(x: Node, shape: Shape, axes: Shape) -> Node:
    """Axis i of `x` becomes axis `axes[i]` of the result; the others, and axes of size 1, are repeated."""
    return x if x.shape == tuple(shape) else broadcast_p(x, shape=tuple(shape), axes=tuple(axes))


# --- reductions -------------------------------------------------------------------------------------------------------


def _reduction(
    name: str, combine: Primitive, accepts: tuple[str, ...], gradient: GradientRule, empty: bool = True
) -> Primitive:
    """A reduction over `axes`; `empty` tells whether it has a value for no elements."""

    def infer(x: Node, *, axes: Shape) -> tuple[Shape, str]:
        if list(axes) != sorted(set(axes)) or not all(0 <= axis < len(x.shape) for axis in axes):
            raise GraphError(f"{name} over axes {axes} of {x!r}")
        if x.dtype not in accepts:
            raise GraphError(f"{name} takes {', '.join(accepts)}, got {x!r}")
        if not empty and any(x.shape[axis] == 0 for axis in axes):
            raise GraphError(f"{name} over axes {axes} of {x!r}: no elements")
        return tuple(n for axis, n in enumerate(x.shape) if axis not in axes), x.dtype

    return Primitive(name, infer, gradient, Kind.REDUCTION, linear=combine is add, combine=combine)


def _spread(reduced: Node, like: Node, axes: Shape) -> Node:
    """A reduction's result put back along the axes it was reduced over."""
    return broadcast_in_dim(reduced, like.shape, tuple(a for a in range(len(like.shape)) if a not in axes))


def _sum_gradient(ct: Node, y: Node) -> tuple[Node]:
    return (_spread(ct, y.operands[0], y.attributes["axes"]),)


def _extremum_gradient(ct: Node, y: Node) -> tuple[Node]:
    """Shared evenly between the elements that reach the extremum."""
    x, axes = y.operands[0], y.attributes["axes"]
    reached = eq(x, _spread(y, x, axes))
    count = reduce_sum(convert(reached, x.dtype), axes)
    return (select(reached, _spread(div(ct, count), x, axes), full_like(x, 0)),)


def _prod_gradient(ct: Node, y: Node) -> tuple[Node]:
    """The product of the others: y / x, or, beside exactly one zero, the product without it."""
    x, axes = y.operands[0], y.attributes["axes"]
    zero, one = full_like(x, 0), full_like(x, 1)
    is_zero = eq(x, zero)
    safe = select(is_zero, one, x)
    zeros = _spread(reduce_sum(convert(is_zero, x.dtype), axes), x, axes)
    rest = div(_spread(reduce_prod(safe, axes=axes), x, axes), safe)
    others = select(eq(zeros, convert(is_zero, x.dtype)), rest, zero)
    return (mul(_spread(ct, x, axes), others),)


_NUMBERS = dtypes.FLOATS + dtypes.INTEGERS
reduce_sum_p = _reduction("reduce_sum", add, _NUMBERS, _sum_gradient)
reduce_prod = _reduction("reduce_prod", mul, _NUMBERS, _prod_gradient)
reduce_max = _reduction("reduce_max", maximum, _NUMBERS, _extremum_gradient, empty=False)
reduce_min = _reduction("reduce_min", minimum, _NUMBERS, _extremum_gradient, empty=False)
reduce_and = _reduction("reduce_and", logical_and, ("bool",), no_gradient)
reduce_or = _reduction("reduce_or", logical_or, ("bool",), no_gradient)


def reduce_sum(x: Node, axes: Shape) -> Node:
    """The sum over `axes`; `x` itself over none."""
    return x if not axes else reduce_sum_p(x, axes=tuple(axes))


# --- the index of an extremum -----------------------------------------------------------------------------------------


def _arg_reduction(name: str) -> Primitive:
    def infer(x: Node, *, axis: int, dtype: str) -> tuple[Shape, str]:
        if not 0 <= axis < len(x.shape) or x.shape[axis] == 0:
            raise GraphError(f"{name} along axis {axis} of {x!r}")
        return x.shape[:axis] + x.shape[axis + 1 :], dtype

    return Primitive(name, infer, no_gradient, Kind.ARG_REDUCTION)


argmax = _arg_reduction("argmax")
argmin = _arg_reduction("argmin")

TABLE = {
    p.name: p
    for p in (broadcast_p, reduce_sum_p, reduce_prod, reduce_max, reduce_min, reduce_and, reduce_or, argmax, argmin)
}
