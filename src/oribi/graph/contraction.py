"""`dot_general`: every product of matrices, batched or not, with any axes contracted."""

from functools import lru_cache

from . import dtypes
from .kinds import Kind
from .node import GraphError, Node, Primitive, Shape
from .structural import transpose

Axes = tuple[int, ...]


@lru_cache(maxsize=1024)
def free_axes(rank: int, *used: Axes) -> Axes:
    """The axes that are neither contracted nor batch axes."""
    taken = {axis for axes in used for axis in axes}
    return tuple(axis for axis in range(rank) if axis not in taken)


def _infer_dot(lhs: Node, rhs: Node, *, contract: tuple[Axes, Axes], batch: tuple[Axes, Axes]) -> tuple[Shape, str]:
    if lhs.dtype != rhs.dtype or lhs.dtype not in dtypes.FLOATS + dtypes.INTEGERS:
        raise GraphError(f"dot_general needs operands of one number dtype, got {lhs!r} and {rhs!r}")
    return _dot_shape(lhs.shape, rhs.shape, contract, batch), lhs.dtype


@lru_cache(maxsize=1024)
def _dot_shape(lhs: Shape, rhs: Shape, contract: tuple[Axes, Axes], batch: tuple[Axes, Axes]) -> Shape:
    for word, (left, right) in (("contracted", contract), ("batch", batch)):
        if [lhs[a] for a in left] != [rhs[a] for a in right]:
            raise GraphError(
                f"dot_general of shapes {list(lhs)} and {list(rhs)}: {word} axes {left} and {right} differ in size"
            )
    shape = tuple(lhs[a] for a in batch[0])
    shape += tuple(lhs[a] for a in free_axes(len(lhs), contract[0], batch[0]))
    return shape + tuple(rhs[a] for a in free_axes(len(rhs), contract[1], batch[1]))


def _one_side(ct: Node, y: Node, side: int) -> Node:
    """The cotangent of operand `side`: `ct` contracted with the other operand over the other's free axes."""
    operand, other = y.operands[side], y.operands[1 - side]
    contract, batch = y.attributes["contract"], y.attributes["batch"]
    batch_count = len(batch[0])
    mine = free_axes(len(operand.shape), contract[side], batch[side])
    theirs = free_axes(len(other.shape), contract[1 - side], batch[1 - side])
    ct_theirs = range(batch_count, batch_count + len(theirs))
    if side == 0:
        ct_theirs = range(batch_count + len(mine), batch_count + len(mine) + len(theirs))
    contracted = [contract[side][contract[1 - side].index(a)] for a in sorted(contract[1 - side])]
    ct_batch = tuple(range(batch_count))
    if side == 0:
        product = dot_general(ct, other, (tuple(ct_theirs), theirs), (ct_batch, batch[1]))
        axes = (*batch[0], *mine, *contracted)
    else:  # the other operand first, so that the axes of a plain matrix product come out in order
        product = dot_general(other, ct, (theirs, tuple(ct_theirs)), (batch[0], ct_batch))
        axes = (*batch[1], *contracted, *mine)
    return transpose(product, tuple(axes.index(axis) for axis in range(len(axes))))


def _dot_gradient(ct: Node, y: Node) -> tuple[Node, Node]:
    return _one_side(ct, y, 0), _one_side(ct, y, 1)


dot_p = Primitive("dot_general", _infer_dot, _dot_gradient, Kind.CONTRACTION)


def dot_general(lhs: Node, rhs: Node, contract: tuple[Axes, Axes], batch: tuple[Axes, Axes] = ((), ())) -> Node:
    """Products of `lhs` and `rhs` summed over the contracted axes.

    Args:
        lhs, rhs: operands of one dtype.
        contract: axes of `lhs` and of `rhs` that are summed over, in pairs.
        batch: axes of both that are walked together, in pairs.

    Returns:
        A node whose axes are the batch axes, the free axes of `lhs`, then those of `rhs`.
    """
    contract = (tuple(contract[0]), tuple(contract[1]))
    return dot_p(lhs, rhs, contract=contract, batch=(tuple(batch[0]), tuple(batch[1])))


TABLE = {dot_p.name: dot_p}
