"""The register tile of a contraction: accumulators that stay in registers through the whole depth."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from oribi.compiler.index import Affine, Dims, Var, flat_index, of, through_views
from oribi.engines.cpu.padding import bands, operand_axes, operand_index
from oribi.graph import dtypes
from oribi.graph.contraction import free_axes
from oribi.graph.node import Node

from . import elementwise
from .cascade import Range, Walk, of_depth, plain
from .emitter import Emitter
from .expression import Mask, scalar_index
from .llvm import Builder, Value, const, i64


class PipelinedEpilogue(NamedTuple):
    """Work in rows that is done beside the sums of a tile, a row in each step of the depth.

    Attributes:
        rows: how many there are.
        limit: how many there may be.
        do: emits one of them.
    """

    rows: Value
    limit: int
    do: Callable[[Value], None]


class Tile:
    """The register tile: accumulators += broadcast of one operand x vectors of the other, through the depth."""

    def __init__(self, emitter: Emitter, root: Node, dims: list[Affine], row: int | None, vector: int) -> None:
        self.e, self.b = emitter, emitter.b
        self.root = root
        self.dims = dims
        self.row = row
        self.vector = vector
        contract, batch = root.attributes["contract"], root.attributes["batch"]
        lhs = root.operands[0]
        self.depth_vars = [Var(f"k{i}", lhs.shape[a]) for i, a in enumerate(contract[0])]
        self.axes = [operand_axes(root, side) for side in (0, 1)]
        owner = len(batch[0]) + len(free_axes(len(lhs.shape), contract[0], batch[0]))
        self.vector_side = int(vector >= owner)

    def under(self, side: int, at: Sequence[Affine]) -> tuple[Node, Dims]:
        """The buffer of an operand and the index in it of a point of the domain, depth included."""
        index = operand_index(self.axes[side], self.depth_vars, at)
        return through_views(self.root.operands[side], index, self.e.is_buffer)

    def accumulate(
        self, rows: list[Value], column: Value, masks: list[Mask], pipelined: PipelinedEpilogue | None = None
    ) -> list[Value]:
        """The sums of a tile: for each row its vectors."""
        b = self.b
        column_var = Var("c", self.e.kernel.domain[self.vector], column, lanes=True)
        at = list(self.dims)
        at[self.vector] = of(column_var)
        wide = self._stream(*self.under(self.vector_side, at))
        tall = []
        for value in rows:
            if self.row is not None:
                at[self.row] = of(Var("r", self.e.kernel.domain[self.row], value))
            tall.append(self._stream(*self.under(1 - self.vector_side, at)))
        self._note(self.vector_side)
        self._note(1 - self.vector_side)
        start = b.spread(const(0, self.root.dtype), b.lanes)
        sums = [start] * (len(rows) * len(masks))
        nest = _nest(b, self.depth_vars, [wide, *tall], self._ranges(at))
        if pipelined is None:
            stages = of_depth(self.root, [level.extent for level in nest])
            return self._walk(nest, masks).through(stages, [wide, *tall], sums)
        return self._walk_beside(nest, [wide, *tall], sums, masks, pipelined)

    def _ranges(self, at: list[Affine]) -> dict[Var, Range]:
        """For operands under padding: the steps of depth variables that meet elements, the same for all rows and lanes."""
        b = self.b
        ranges: dict[Var, Range] = {}
        varying = {v for axis in (self.row, self.vector) if axis is not None for v in at[axis].terms}
        for side in (0, 1):
            for band in bands(*self.under(side, at), self.depth_vars):
                if band.depth in ranges or any(v in varying or v.lanes for v in band.rest.terms):
                    continue
                start = b.sub(i64(band.low), scalar_index(b, band.rest))
                low, high = b.maximum(i64(0), start), b.minimum(i64(band.depth.extent), b.add(start, i64(band.spread)))
                if band.step > 1:
                    past = b.binary("urem", b.sub(low, start), i64(band.step))
                    low = b.add(low, b.binary("urem", b.sub(i64(band.step), past), i64(band.step)))
                ranges[band.depth] = Range(low, high, band.step)
        return ranges

    def _note(self, side: int) -> None:
        """Tell the planner what is read: the thread's own rows where the operand's split axis is the domain's."""
        at = [of(Var(f"d{a}", n)) for a, n in enumerate(self.e.kernel.domain)]
        split = self.e.schedule.split
        if split is not None and self.e.shares:
            at[split] = of(self.e.shares[-1])
        self.e.pointer_to_read(*self.under(side, at))

    def _stream(self, node: Node, dims: Dims) -> "Stream":
        """The address at depth zero, and the steps from there."""
        b, flat = self.b, flat_index(dims, node.shape)
        steady = Affine({v: c for v, c in flat.terms.items() if v not in self.depth_vars}, flat.constant)
        steps = {v: flat.coefficient(v) for v in self.depth_vars}
        return Stream(b.address(self.e.pointer(node), node.dtype, scalar_index(b, steady)), steps)

    def _walk(self, nest: list["Level"], masks: list[Mask]) -> Walk[list["Stream"]]:
        """The loops over the contracted axes; inside, one outer product."""
        b, dtype = self.b, self.root.dtype
        return Walk(
            b,
            [level.steps or Range(i64(0), i64(level.extent)) for level in nest],
            lambda streams, axis, index: [stream.moved(b, dtype, nest[axis].var, index) for stream in streams],
            lambda streams, sums: self._outer_product(streams, sums, masks),
            lambda x, y: elementwise.RULES["add"](b, self.root, x, y),
            relative=True,
        )

    def _walk_beside(
        self,
        nest: list["Level"],
        streams: list["Stream"],
        sums: list[Value],
        masks: list[Mask],
        pipelined: PipelinedEpilogue,
    ) -> list[Value]:
        """The loops of a depth that is one of them, with other work in its first steps; what it is too short for comes before."""
        b, walk = self.b, self._walk(nest, masks)
        steps = nest[0].extent if len(nest) == 1 and nest[0].steps is None else 0
        shared = b.minimum(pipelined.rows, i64(steps))
        if steps < pipelined.limit:
            with b.loop(shared, pipelined.rows) as loop:
                pipelined.do(loop.index)
        if steps:
            with b.loop(i64(0), shared, carried=sums) as loop:
                loop.next = walk.body(walk.enter(streams, 0, loop.index), loop.carried)
                pipelined.do(loop.index)
            sums, walk.ranges = loop.out, [Range(shared, i64(steps))]
        return walk.through(plain([level.extent for level in nest]), streams, sums)

    def _outer_product(self, streams: list["Stream"], sums: list[Value], masks: list[Mask]) -> list[Value]:
        b, dtype, (wide, *tall) = self.b, self.root.dtype, streams
        lanes = [b.load(wide.pointer, dtype, i64(j * b.lanes), b.lanes, mask.lanes) for j, mask in enumerate(masks)]
        result = []
        for r, stream in enumerate(tall):
            one = b.spread(b.load(stream.pointer, dtype, i64(0)), b.lanes)
            result += [_multiply_add(b, one, lane, sums[r * len(masks) + j]) for j, lane in enumerate(lanes)]
        return result


class Level(NamedTuple):
    """A loop of the depth: the variable by whose steps the operands move, and how often; `steps`, if not always and all."""

    var: Var
    extent: int
    steps: Range | None = None


class Stream(NamedTuple):
    """What is read through the depth: where it is, and how far it moves with each depth variable."""

    pointer: str
    steps: dict[Var, int]

    def moved(self, b: Builder, dtype: str, var: Var, by: Value) -> "Stream":
        return self._replace(pointer=b.address(self.pointer, dtype, b.mul(by, i64(self.steps[var]))))


def _nest(b: Builder, depth: list[Var], streams: list[Stream], ranges: dict[Var, Range]) -> list[Level]:
    """The loops of the depth, the furthest steps outermost; axes that all operands walk through as one become one loop."""
    order = sorted((v for v in depth if v.extent > 1), key=lambda v: -max(s.steps[v] for s in streams))
    levels: list[Level] = []
    for var in reversed(order):
        steps = ranges.get(var)
        inner = levels[-1] if levels and levels[-1].steps is None and (steps is None or steps.step == 1) else None
        if inner and all(s.steps[var] == s.steps[inner.var] * inner.extent for s in streams):
            if steps is not None:
                steps = Range(b.mul(steps.low, i64(inner.extent)), b.mul(steps.high, i64(inner.extent)), 1)
            levels[-1] = Level(inner.var, inner.extent * var.extent, steps)
        else:
            levels.append(Level(var, var.extent, steps))
    return levels[::-1]


def _multiply_add(b: Builder, x: Value, y: Value, z: Value) -> Value:
    if dtypes.is_float(x.dtype):
        return b.intrinsic("fma", x, y, z)
    return b.binary("add", b.binary("mul", x, y), z)
