"""What of a contraction's depth meets padding: steps that would multiply with zeros are left out.

A convolution's gradient reads its operand under a border of zeros, and, where the convolution has strides, with zeros between the
elements. Which taps of a window lie on elements depends on the place of the window alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from oribi.compiler.index import Affine, Dims, Var, axis_vars, of, through_views
from oribi.graph.contraction import free_axes
from oribi.graph.node import Node
from oribi.graph.structural import pad_p


class Band(NamedTuple):
    """The steps `k` of a depth variable that meet elements: `k + rest` in low, low + step, ... below low + spread."""

    depth: Var
    rest: Affine
    low: int
    spread: int
    step: int


def operand_axes(root: Node, side: int) -> list[tuple[str, int]]:
    """For each axis of an operand: ("depth", which contracted pair) or ("domain", which axis of the result)."""
    contract, batch = root.attributes["contract"], root.attributes["batch"]
    lhs, operand = root.operands[0], root.operands[side]
    free = free_axes(len(operand.shape), contract[side], batch[side])
    first = len(batch[0])
    if side == 1:
        first += len(free_axes(len(lhs.shape), contract[0], batch[0]))
    axes: list[tuple[str, int]] = []
    for axis in range(len(operand.shape)):
        if axis in contract[side]:
            axes.append(("depth", contract[side].index(axis)))
        elif axis in batch[side]:
            axes.append(("domain", batch[side].index(axis)))
        else:
            axes.append(("domain", first + free.index(axis)))
    return axes


def operand_index(axes: list[tuple[str, int]], depth: Sequence[Var], at: Sequence[Affine]) -> Dims:
    """The index in an operand, whose axes are as `operand_axes` says, of a point of the domain."""
    return tuple(of(depth[where]) if kind == "depth" else at[where] for kind, where in axes)


def bands(base: Node, dims: Dims, depth: Sequence[Var]) -> list[Band]:
    """The bands of an operand that reads `base` at `dims`."""
    if base.primitive is not pad_p or base.attributes["value"] != 0 or len(dims) != len(base.shape):
        return []
    found = []
    rows = (base.attributes[key] for key in ("low", "high", "interior"))
    for dim, extent, low, high, gap in zip(dims, base.operands[0].shape, *rows, strict=True):
        mine = [v for v in dim.terms if v in depth]
        if (low > 0 or high > 0 or gap) and extent and len(mine) == 1 and dim.coefficient(mine[0]) == 1:
            rest = Affine({v: c for v, c in dim.terms.items() if v is not mine[0]}, dim.constant)
            found.append(Band(mine[0], rest, low, (extent - 1) * (gap + 1) + 1, gap + 1))
    return found


def useful_share(root: Node, side: int, row: int | None) -> float:
    """Which part of the depth is left, if a tile's rows run along `row`: bands that differ from row to row are of no use."""
    depth = [Var(f"k{i}", root.operands[0].shape[a]) for i, a in enumerate(root.attributes["contract"][0])]
    domain = axis_vars(root.shape, "d")
    index = operand_index(operand_axes(root, side), depth, [of(v) for v in domain])
    share = 1.0
    for band in bands(*through_views(root.operands[side], index, lambda node: False), depth):
        places = [v for v in band.rest.terms if row is None or v is not domain[row]]
        if len(places) != len(band.rest.terms) or len(places) > 1:
            continue
        starts = [band.rest.constant]
        if places:
            starts = [band.rest.constant + band.rest.coefficient(places[0]) * i for i in range(places[0].extent)]
        met = range(band.low, band.low + band.spread, band.step)
        counted = sum(start + k in met for start in starts for k in range(band.depth.extent))
        share *= counted / (len(starts) * band.depth.extent)
    return share
