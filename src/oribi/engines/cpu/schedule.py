"""schedule: how each kernel's loops run: which thread takes what, which axis is the vector, which tile.

A schedule never depends on how many threads there will be, and no reduction is split between them: every element of a result is
computed by one thread in one fixed order, so the bits are the same on any team.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from oribi.compiler.fuse import Kernel
from oribi.compiler.index import stride_of
from oribi.compiler.rewrite import splat_of
from oribi.engines.cpu.emit.expression import collapses
from oribi.graph import dtypes
from oribi.graph.contraction import free_axes
from oribi.graph.kinds import Cost, Kind
from oribi.graph.node import Node, Shape, parameter_p, size_of
from oribi.graph.ordered import argsort

from .padding import useful_share
from .target import Target

SMALL_WORK = 4096  # element operations that cost less than a barrier
LARGE_WEIGHTS = 2**17  # bytes of weights from which it pays to keep them where they are
SPLIT_FROM = 4  # extent from which an axis is worth sharing out
LATENCY = 5  # multiplications that must be under way for the multipliers to be busy
SHALLOW = 128  # depth up to which it pays to divide beside the sums: beyond, what it saves is lost in their time
STEP = 1  # what a step of the depth costs beside them; twice that, where a tile's rows lie far apart in memory


@dataclass(frozen=True)
class Schedule:
    """How a kernel runs.

    Attributes:
        kind: `map`, `reduce`, `arg_reduce`, `contract`, `running`, `sort`, `scatter`, `foreign`, or `program` for a program inside.
        how: `split` between the threads, `single` on the first one, `replicated` on all into memory of their own, or
            `together`: a program inside, whose kernels say it for themselves.
        split: the axis of the domain that threads share out; None for a kernel of one point.
        grain: elements of that axis that stay together.
        vector: the axis whose elements fill the lanes; None for scalar loops.
        row: the axis of the register tile's rows; None outside of contractions.
        tile: rows and vectors of the register tile.
        late: a tile's epilogue runs beside the sums of the next tile.
        collapsed: all axes run as one.
    """

    kind: str
    how: str
    split: int | None
    grain: int = 1
    vector: int | None = None
    row: int | None = None
    tile: tuple[int, int] = (1, 1)
    late: bool = False
    collapsed: bool = False


def schedule(
    kernels: list[Kernel], results: frozenset[Node], stored: frozenset[Node], target: Target
) -> list[Schedule]:
    """A schedule for each kernel. `results` are the nodes that outlive the step."""
    made: list[Schedule] = []
    replicated: set[Node] = set()
    for kernel in kernels:
        updates = any(n in results for n in kernel.outputs)
        shape = _shape(kernel, updates, stored, target)
        independent = all(n in replicated for n in reads(kernel, stored) if n.kind is not Kind.LEAF)
        small = work(kernel) <= SMALL_WORK and shape.kind not in ("scatter", "foreign", "program")
        if shape.kind == "program":
            how = "together"
        elif small and independent and not updates:
            how = "replicated"
            replicated.update(kernel.outputs)
        else:
            how = "single" if size_of(kernel.domain) == 1 or shape.split is None else "split"
        made.append(replace(shape, how=how))
    return made


def reads(kernel: Kernel, stored: frozenset[Node]) -> list[Node]:
    """The buffers that a kernel's expressions load."""
    return [n for n, loaded in _expressions(kernel, stored).items() if loaded and splat_of(n) is None]


def _divides(kernel: Kernel, stored: frozenset[Node]) -> bool:
    """Whether a kernel computes anything that keeps the divider busy, beside its root."""
    return any(n.primitive.cost is Cost.DIVISION and not loaded for n, loaded in _expressions(kernel, stored).items())


def _expressions(kernel: Kernel, stored: frozenset[Node]) -> dict[Node, bool]:
    """The nodes of a kernel's expressions, and whether each is loaded from a buffer rather than computed."""
    found: dict[Node, bool] = {}
    stack = list(kernel.outputs)
    while stack:
        node = stack.pop()
        if node not in found:
            found[node] = node not in kernel.outputs and (node in stored or node.kind is Kind.LEAF)
            stack.extend(() if found[node] else node.operands)
    return found


def work(kernel: Kernel) -> int:
    """A rough count of element operations; those of a program inside are counted apart."""
    if kernel.root is None:
        return max(1, size_of(kernel.domain))
    if kernel.root.kind is Kind.CONTROL:
        return 1
    return max(1, size_of(kernel.domain)) * DEPTH[kernel.root.kind](kernel.root)


# Element operations for each element of a result.
DEPTH: dict[Kind, Callable[[Node], int]] = {
    Kind.REDUCTION: lambda root: max(1, root.operands[0].size // max(1, root.size)),
    Kind.ARG_REDUCTION: lambda root: root.operands[0].shape[root.attributes["axis"]],
    Kind.ORDERED: lambda root: 2 * root.shape[root.attributes["axis"]].bit_length() if root.primitive is argsort else 1,
    Kind.CONTRACTION: lambda root: size_of(_depth(root)),
    Kind.SCATTER: lambda root: root.operands[2].size,
    Kind.FOREIGN: lambda root: sum(o.size * max(o.shape[-1:], default=1) for o in root.operands),
}


def _shape(kernel: Kernel, updates: bool, stored: frozenset[Node], target: Target) -> Schedule:
    """The kind, the axes and the tile; who runs it comes later."""
    root, domain = kernel.root, kernel.domain
    if root is None:
        return _map(kernel, stored)
    if root.kind is Kind.CONTROL:
        return Schedule("program", "", None)
    if root.kind is Kind.FOREIGN:
        return Schedule("foreign", "", None)
    if root.kind is Kind.REDUCTION:
        return _reduce(root, domain)
    if root.kind is Kind.ARG_REDUCTION:
        return Schedule("arg_reduce", "", _split_axis(domain, None))
    if root.kind is Kind.CONTRACTION:
        return _contract(root, domain, updates, _divides(kernel, stored), target)
    if root.kind is Kind.ORDERED:
        return _in_order(root, domain)
    return Schedule("scatter", "", root.attributes["axis"])


def _split_axis(domain: Shape, vector: int | None) -> int | None:
    """The first axis if it is worth sharing out, else the largest; the vector axis only if there is no other."""
    candidates = [a for a, n in enumerate(domain) if a != vector and n > 1]
    if candidates and domain[candidates[0]] >= SPLIT_FROM and candidates[0] == 0:
        return 0
    if candidates:
        best = max(candidates, key=lambda a: domain[a])
        if domain[best] >= SPLIT_FROM or vector is None or domain[vector] < SPLIT_FROM * 4:
            return best
    if vector is not None and domain[vector] > 1:
        return vector
    return 0 if domain else None


def _map(kernel: Kernel, stored: frozenset[Node]) -> Schedule:
    domain = kernel.domain
    if not domain:
        return Schedule("map", "", None)
    if collapses(kernel.outputs, kernel.root, stored, domain) and domain[0] >= SPLIT_FROM:
        return Schedule("map", "", 0, vector=0, collapsed=True)
    vector = max((a for a, n in enumerate(domain) if n > 1), default=len(domain) - 1)
    split = _split_axis(domain, vector)
    return Schedule("map", "", split, vector=vector)


def _reduce(root: Node, domain: Shape) -> Schedule:
    """Lanes run along the operand's last axis: the result's own, or the reduced one."""
    x, axes = root.operands[0], root.attributes["axes"]
    wide = [a for a, n in enumerate(x.shape) if n > 1]
    along_result = bool(wide) and wide[-1] not in axes and bool(domain)
    vector = [a for a in range(len(x.shape)) if a not in axes].index(wide[-1]) if along_result else None
    return Schedule("reduce", "", _split_axis(domain, vector), vector=vector)


def _in_order(root: Node, domain: Shape) -> Schedule:
    """Never split along the axis that is walked in order; lanes run along the last axis where that is another."""
    axis, last = root.attributes["axis"], len(domain) - 1
    vector = last if root.primitive is not argsort and axis != last else None
    free = tuple(1 if a == axis else n for a, n in enumerate(domain))
    split = _split_axis(free, vector) if size_of(free) > 1 else None
    return Schedule("sort" if root.primitive is argsort else "running", "", split, vector=vector)


def _contract(root: Node, domain: Shape, updates: bool, divides: bool, target: Target) -> Schedule:
    """Vector: the last axis wider than one. Rows: another axis, along which the vector operand stands still."""
    vector = max(a for a, n in enumerate(domain) if n > 1)
    lhs_free = len(domain) - _rhs_free(root)
    batches = len(root.attributes["batch"][0])
    owned_by_rhs = vector >= lhs_free
    still = range(batches, lhs_free) if owned_by_rhs else range(lhs_free, len(domain))
    rows = _row_axes(root, [a for a in still if domain[a] > 1], int(not owned_by_rhs))
    shares = [useful_share(root, int(not owned_by_rhs), axis) for axis, _ in rows]
    row, tile = _tile(rows, domain[vector], root.dtype, target, shares)
    split = _split_axis(domain, vector)
    columns = tile[1] * target.lanes
    if _holds_weights(root, owned_by_rhs, updates) and domain[vector] >= 2 * columns:
        split = vector
    grain = columns if split == vector else 1
    depth = size_of(_depth(root))
    late = divides and max(_depth(root), default=1) == depth and tile[0] <= depth <= SHALLOW
    return Schedule("contract", "", split, grain=grain, vector=vector, row=row, tile=tile, late=late)


Row = tuple[int | None, int]  # an axis of the domain, and its extent


def _row_axes(root: Node, axes: list[int], side: int) -> list[Row]:
    """The axes that may be the rows of a tile, the one whose neighbours lie closest in memory first."""
    contract, batch = root.attributes["contract"][side], root.attributes["batch"][side]
    operand = root.operands[side]
    free = free_axes(len(operand.shape), contract, batch)
    first = len(batch) if side == 0 else len(root.shape) - len(free)
    nearest = sorted(axes, key=lambda a: stride_of(operand, free[a - first]))
    return [(a, root.shape[a]) for a in nearest] or [(None, 1)]


def _holds_weights(root: Node, owned_by_rhs: bool, updates: bool) -> bool:
    """Whether a contraction reads or updates a large weight matrix.

    Then threads share out its columns, in the forward pass as in the update: each column stays in the cache of the core that
    updates it. That costs barriers, since every thread then needs all of the batch, but moves no weights between cores.
    """
    weights = root if updates else root.operands[int(owned_by_rhs)]
    stays = updates or weights.primitive is parameter_p
    return stays and weights.size * dtypes.itemsize(root.dtype) >= LARGE_WEIGHTS


def _tile(
    rows: list[Row], columns: int, dtype: str, target: Target, shares: list[float]
) -> tuple[int | None, tuple[int, int]]:
    """The row axis, and the rows and vectors whose accumulators fill the registers, with the least work in all.

    Each step of the depth loads the tile's vectors and one element for each row, and multiplies each with each. The last tiles of
    an axis may be part empty, and work all the same.

    Args:
        rows: the axes that may be the tile's rows, the nearest in memory first.
        columns: extent of the vector axis.
        shares: for each of those axes, which part of the depth has to be walked.
    """
    registers = target.accumulators() // (2 if dtypes.itemsize(dtype) > 4 else 1)
    best_rows, best_vectors = target.tile()
    blocks = -(-columns // target.lanes)
    others = size_of(n for _, n in rows)
    choices = []
    for (axis, extent), share in zip(rows, shares, strict=True):
        widest = best_vectors if extent >= best_rows else 8
        for tall in range(1, min(extent, registers) + 1):
            for wide in range(1, min(blocks, registers // tall, widest) + 1):
                tiles = -(-extent // tall) * -(-blocks // wide) * (others // extent)
                step = max(tall * wide, (tall + wide + 1) // 2 + 1, LATENCY) + STEP * (1 if axis == rows[0][0] else 2)
                unlike = abs(tall * wide - best_rows * best_vectors), abs(tall - best_rows), -(axis or 0)
                choices.append((tiles * step * share, *unlike, axis, (tall, wide)))
    *_, axis, tile = min(choices, key=lambda c: c[:4])
    return axis, tile


def _depth(root: Node) -> Shape:
    """The extents of a contraction's depth."""
    return tuple(root.operands[0].shape[a] for a in root.attributes["contract"][0])


def _rhs_free(root: Node) -> int:
    contract, batch = root.attributes["contract"], root.attributes["batch"]
    return len(root.operands[1].shape) - len(contract[1]) - len(batch[1])
