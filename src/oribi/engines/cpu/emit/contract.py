"""Contractions: register tiles over the domain, and what follows each of them, its epilogue.

The epilogue reads a tile's sums from a small buffer on the stack: one epilogue in the code instead of one for each sum. Where it
divides it runs late, beside the sums of the next tile: the divider and the multipliers are then busy at once.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from oribi.compiler.index import of

from .emitter import Emitter
from .expression import ALWAYS, Mask
from .llvm import Value, i64
from .tile import PipelinedEpilogue, Tile


class TilePosition(NamedTuple):
    """Where a tile lies: its first element along every axis, how many rows of it there are, and what masks its vectors."""

    first: tuple[Value, ...]
    rows: Value
    masks: Sequence[Mask]


def contract(e: Emitter) -> None:
    """Tiles of rows x vectors whose accumulators stay in registers through the whole depth."""
    Contraction(e).emit()


class Contraction:
    """Emits the loops of a contraction."""

    def __init__(self, emitter: Emitter) -> None:
        self.e, self.b = emitter, emitter.b
        self.root, self.domain = emitter.root(), emitter.kernel.domain
        plan = emitter.schedule
        assert plan.vector is not None
        self.row, self.vector, (self.tall, self.wide) = plan.row, plan.vector, plan.tile
        self.sums = self.b.scratch(self.root.dtype, self.tall * self.wide * self.b.lanes)
        self.late = [self.b.scratch("int64", 1) for _ in range(len(self.domain) + 1)] if plan.late else []

    def emit(self) -> None:
        """The whole of it."""
        b, first, rows_end = self.b, [i64(0)] * len(self.domain), i64(1)
        if self.late:
            self._save_pending(TilePosition(tuple(first), i64(0), ()))
        with ExitStack() as stack:
            for axis in range(len(self.domain)):
                if axis not in (self.vector, self.row):
                    first[axis] = stack.enter_context(b.loop(*self.e.range_of(axis))).index
            if self.row is not None:
                low, rows_end = self.e.range_of(self.row)
                first[self.row] = stack.enter_context(b.loop(low, rows_end, self.tall)).index
            self._columns(first, rows_end)
        if self.late:
            self._emit_epilogue(self._pending())

    def _columns(self, first: list[Value], rows_end: Value) -> None:
        """The tiles along the vector axis: whole ones, then a last one with a mask."""
        b, vector = self.b, self.vector
        width, extent = self.wide * b.lanes, self.domain[vector]
        whole = extent // width * width
        low, high = self.e.range_of(vector)
        if whole:
            with b.loop(low, b.minimum(high, i64(whole)), width) as loop:
                first[vector] = loop.index
                self._tile(tuple(first), [ALWAYS] * self.wide, rows_end)
        if whole < extent:
            first[vector] = i64(whole)
            with ExitStack() as stack:
                if self.e.schedule.split == vector:
                    stack.enter_context(b.when(b.compare("icmp sgt", high, i64(whole))))
                self._tile(tuple(first), self._masks(first[vector], -(-(extent - whole) // b.lanes)), rows_end)

    def _masks(self, column: Value, vectors: int) -> list[Mask]:
        """The masks of a tile of which only the last vector may be part empty."""
        last = self.e.tail(self.b.add(column, i64((vectors - 1) * self.b.lanes)), i64(self.domain[self.vector]))
        return [*[ALWAYS] * (vectors - 1), last]

    def _tile(self, first: tuple[Value, ...], masks: list[Mask], rows_end: Value) -> None:
        """One tile: its sums through the depth, then its epilogue; rows beyond the end repeat the last one, and are not stored."""
        b, rows, count = self.b, [i64(0)], i64(1)
        if self.row is not None:
            start, last = first[self.row], b.sub(rows_end, i64(1))
            rows = [start, *(b.minimum(b.add(start, i64(r)), last) for r in range(1, self.tall))]
            count = b.minimum(i64(self.tall), b.sub(rows_end, start))
        pipelined = None
        if self.late:
            pending = self._pending()
            pipelined = PipelinedEpilogue(pending.rows, self.tall, lambda row: self._emit_epilogue_row(pending, row))
        dims = [of(self.e.var(axis, value)) for axis, value in enumerate(first)]
        tile = Tile(self.e, self.root, dims, self.row, self.vector)
        sums = tile.accumulate(rows, first[self.vector], masks, pipelined)
        for position, total in enumerate(sums):
            row, j = divmod(position, len(masks))
            b.store(total, self.sums, i64((row * self.wide + j) * b.lanes))
        place = TilePosition(first, count, masks)
        if self.late:
            self._save_pending(place)
        else:
            self._emit_epilogue(place)

    # --- the epilogue ---

    def _save_pending(self, place: TilePosition) -> None:
        """Note which tile's sums wait for their epilogue."""
        for slot, value in zip(self.late, (place.rows, *place.first), strict=True):
            self.b.store(value, slot, i64(0))

    def _pending(self) -> TilePosition:
        b, extent = self.b, self.domain[self.vector]
        rows, *first = (b.load(slot, "int64", i64(0)) for slot in self.late)
        masks = [ALWAYS] * self.wide
        if extent % (self.wide * b.lanes):
            masks = [self.e.tail(b.add(first[self.vector], i64(j * b.lanes)), i64(extent)) for j in range(self.wide)]
        return TilePosition(tuple(first), rows, masks)

    def _emit_epilogue(self, place: TilePosition) -> None:
        """The epilogue of a tile."""
        with self.b.loop(i64(0), place.rows) as loop:
            self._emit_epilogue_row(place, loop.index)

    def _emit_epilogue_row(self, place: TilePosition, row: Value) -> None:
        """The epilogue of one row of a tile; more than two whole vectors of it are a loop, for the sake of short code."""
        b = self.b
        start = b.mul(row, i64(self.wide * b.lanes))

        def vector(offset: Value, mask: Mask) -> None:
            total = b.load(self.sums, self.root.dtype, b.add(start, offset), b.lanes)
            point = enumerate(self._point(place, row, offset))
            at = tuple(of(self.e.var(axis, value, lanes=axis == self.vector)) for axis, value in point)
            self.e.store_outputs(self.e.expression({self.root: total}), at, mask, b.lanes)

        whole = [j for j, mask in enumerate(place.masks) if mask is ALWAYS]
        if len(whole) > 2:
            with b.loop(i64(0), i64(len(whole) * b.lanes), b.lanes) as loop:
                vector(loop.index, ALWAYS)
        for j, mask in enumerate(place.masks):
            if mask is not ALWAYS or len(whole) <= 2:
                vector(i64(j * b.lanes), mask)

    def _point(self, place: TilePosition, row: Value, offset: Value) -> list[Value]:
        """The index of an element of a tile."""
        steps = {self.row: row, self.vector: offset}
        return [self.b.add(first, steps.get(axis, i64(0))) for axis, first in enumerate(place.first)]
