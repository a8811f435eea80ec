"""The register tile of a contraction: accumulators that stay in registers through the whole depth."""

from typing import TYPE_CHECKING

from oribi.graph import dtypes
from oribi.graph.contraction import free_axes
from oribi.graph.node import Node

from .expression import Mask, scalar_index
from .index import Affine, Var, flat_index, of, through_views
from .llvm import Builder, Value, const, i64

if TYPE_CHECKING:
    from .kernels import Emitter


class Tile:
    """The register tile: accumulators += broadcast of one operand x vectors of the other, through the depth."""

    def __init__(self, emitter: "Emitter", root: Node, dims: list[Affine], row: int | None, vector: int) -> None:
        self.e = emitter
        self.root = root
        self.dims = dims
        self.row = row
        self.vector = vector
        contract, batch = root.attributes["contract"], root.attributes["batch"]
        lhs = root.operands[0]
        self.depth_vars = [Var(f"k{i}", lhs.shape[a]) for i, a in enumerate(contract[0])]
        self.axes = [_operand_axes(root, side) for side in (0, 1)]
        owner = len(batch[0]) + len(free_axes(len(lhs.shape), contract[0], batch[0]))
        self.vector_side = int(vector >= owner)

    def address(self, side: int, at: list[Affine]) -> tuple[Node, Affine]:
        """The buffer of an operand and the position in it of a point of the domain, depth included."""
        operand = self.root.operands[side]
        index = tuple(of(self.depth_vars[where]) if kind == "depth" else at[where] for kind, where in self.axes[side])
        base, below = through_views(operand, index, self.e.is_buffer)
        return base, flat_index(below, base.shape)

    def accumulate(self, rows: list[Value], column: Value, vectors: int, masks: list[Mask]) -> list[Value]:
        b = self.e.b
        column_var = Var("c", self.e.kernel.domain[self.vector], column, lanes=True)
        at = list(self.dims)
        at[self.vector] = of(column_var)
        wide_node, wide = self.address(self.vector_side, at)
        tall = []
        for value in rows:
            if self.row is not None:
                at[self.row] = of(Var("r", self.e.kernel.domain[self.row], value))
            node, flat = self.address(1 - self.vector_side, at)
            tall.append((node, flat))
        self._note(self.vector_side)
        self._note(1 - self.vector_side)
        wide_pointer, wide_steps = self._split(wide_node, wide)
        tall_pointers = [self._split(node, flat) for node, flat in tall]
        start = b.spread(const(0, self.root.dtype), b.lanes)
        return self._depth(
            0, {}, [start] * (len(rows) * vectors), wide_pointer, wide_steps, tall_pointers, vectors, masks
        )

    def _note(self, side: int) -> None:
        """Tell the planner what is read: the thread's own rows where the operand's split axis is the domain's."""
        at = [of(Var(f"d{a}", n)) for a, n in enumerate(self.e.kernel.domain)]
        split = self.e.schedule.split
        if split is not None and self.e.split_var is not None:
            at[split] = of(self.e.split_var)
        operand = self.root.operands[side]
        index = tuple(of(self.depth_vars[w]) if kind == "depth" else at[w] for kind, w in self.axes[side])
        base, below = through_views(operand, index, self.e.is_buffer)
        self.e.pointer_to_read(base, below)

    def _split(self, node: Node, flat: Affine) -> tuple[str, dict[Var, int]]:
        """The address at depth zero, and the steps from there."""
        b = self.e.b
        steady = Affine({v: c for v, c in flat.terms.items() if v not in self.depth_vars}, flat.constant)
        steps = {v: flat.coefficient(v) for v in self.depth_vars}
        return b.address(self.e.pointer(node), node.dtype, scalar_index(b, steady)), steps

    def _depth(
        self,
        level: int,
        at: dict[Var, Value],
        carried: list[Value],
        wide: str,
        wide_steps: dict[Var, int],
        tall: list[tuple[str, dict[Var, int]]],
        vectors: int,
        masks: list[Mask],
    ) -> list[Value]:
        """The loops over the contracted axes; inside, one outer product."""
        b = self.e.b
        if level < len(self.depth_vars):
            var = self.depth_vars[level]
            with b.loop(i64(0), i64(var.extent), carried=carried) as loop:
                inner = {**at, var: loop.index}
                loop.next = self._depth(level + 1, inner, loop.carried, wide, wide_steps, tall, vectors, masks)
            return loop.out
        dtype = self.root.dtype
        position = _position(b, at, wide_steps)
        lanes = [
            b.load(wide, dtype, b.add(position, i64(j * b.lanes)), b.lanes, masks[j].lanes) for j in range(vectors)
        ]
        result = []
        for r, (pointer, steps) in enumerate(tall):
            one = b.spread(b.load(pointer, dtype, _position(b, at, steps)), b.lanes)
            for j in range(vectors):
                result.append(_multiply_add(b, one, lanes[j], carried[r * vectors + j]))
        return result


def _position(b: Builder, at: dict[Var, Value], steps: dict[Var, int]) -> Value:
    total = i64(0)
    for var, value in at.items():
        total = b.add(total, b.mul(value, i64(steps[var])))
    return total


def _multiply_add(b: Builder, x: Value, y: Value, z: Value) -> Value:
    if dtypes.is_float(x.dtype):
        return b.intrinsic("fma", x, y, z)
    return b.binary("add", b.binary("mul", x, y), z)


def _operand_axes(root: Node, side: int) -> list[tuple[str, int]]:
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
