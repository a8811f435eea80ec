"""Reductions: the lanes run along the result, or along the last axis that is reduced and are combined at the end."""

from collections.abc import Sequence

from oribi.compiler.index import ZERO, Affine, Dims, Var, of

from . import elementwise
from .cascade import Range, Stage, Walk, is_long, of_sum, plain
from .emitter import Emitter
from .expression import ALWAYS, Mask
from .llvm import Value, i64
from .ordered import joined

CHAINS = 4  # values that a long reduction has under way at once: none of them waits for the others


def reduce(e: Emitter) -> None:
    """Each element of the domain reduced over the root's axes."""
    reduction, domain, vector = Reduction(e), e.kernel.domain, e.schedule.vector
    dims = [ZERO] * len(domain)
    with e.scalar_loops([a for a in range(len(domain)) if a != vector], dims):
        if vector is None:
            (total,) = reduction.at([tuple(dims)], ALWAYS)
            e.store_outputs(e.expression({reduction.root: total}), tuple(dims), ALWAYS, 1)
            return

        def body(start: Value, mask: Mask) -> None:
            dims[vector] = of(e.var(vector, start, lanes=True))
            (total,) = reduction.at([tuple(dims)], mask)
            e.store_outputs(e.expression({reduction.root: total}), tuple(dims), mask, e.b.lanes)

        low, high = e.range_of(vector)
        if reduction.columns > 1:
            low = _in_columns(e, reduction, dims, vector)
        e.vector_loop(low, high, body)


def _in_columns(e: Emitter, reduction: "Reduction", dims: list[Affine], vector: int) -> Value:
    """Several vectors of the result at once, as long as there are so many; returns the first element that is left."""
    b, (low, high) = e.b, e.range_of(vector)
    width = reduction.columns * b.lanes
    end = b.add(low, b.multiple(b.sub(high, low), width))
    sums = b.scratch(reduction.root.dtype, width)
    with b.loop(low, end, width) as group:
        places = []
        for column in range(0, width, b.lanes):
            dims[vector] = of(e.var(vector, b.add(group.index, i64(column)), lanes=True))
            places.append(tuple(dims))
        for column, total in enumerate(reduction.at(places, ALWAYS)):
            b.store(total, sums, i64(column * b.lanes))
        with b.loop(i64(0), i64(width), b.lanes) as loop:
            dims[vector] = of(e.var(vector, b.add(group.index, loop.index), lanes=True))
            total = b.load(sums, reduction.root.dtype, loop.index, b.lanes)
            e.store_outputs(e.expression({reduction.root: total}), tuple(dims), ALWAYS, b.lanes)
    return end


class Reduction:
    """Emits the loops over the reduced axes.

    The innermost of them is walked in blocks of `width` elements, of which each chain takes `unit`: a vector along the axis, or one
    element of every lane.

    Attributes:
        columns: vectors of the result that are worth reducing side by side: a row of them lies in neighbouring cache lines.
        chains: values that are reduced for each of these.
    """

    def __init__(self, emitter: Emitter) -> None:
        self.e, self.b = emitter, emitter.b
        self.root = emitter.root()
        self.x, self.axes = self.root.operands[0], self.root.attributes["axes"]
        vector, shape = emitter.schedule.vector, self.x.shape
        self.along = vector is None
        self.last = next((a for a in reversed(self.axes) if shape[a] > 1), self.axes[-1])
        self.outer = [a for a in self.axes if a != self.last]
        self.unit = self.b.lanes if self.along else 1
        extents = [shape[a] for a in self.outer]
        long = is_long(self.root, [*extents, shape[self.last]])
        result = 1 if vector is None else emitter.kernel.domain[vector]
        self.columns = max(n for n in (1, 2, CHAINS) if n == 1 or (long and result >= n * self.b.lanes))
        wide = shape[self.last] >= 2 * CHAINS * self.unit
        self.chains = CHAINS if wide and self.columns == 1 and (self.along or long) else 1
        self.width = self.chains * self.unit
        self.stages = of_sum(self.root, [*extents, -(-shape[self.last] // self.width)])

    def at(self, places: Sequence[Dims], mask: Mask) -> list[Value]:
        """The results at points of the domain, or in the lanes of each."""
        outer = [stage for stage in self.stages if stage.axis < len(self.outer)]
        shape, axes = self.x.shape, self.outer
        walk = Walk[dict[int, Affine]](
            self.b,
            [Range(i64(0), i64(shape[axis])) for axis in axes],
            lambda at, n, index: {**at, axes[n]: of(Var(f"r{axes[n]}", shape[axes[n]], index))},
            lambda at, values: self._along_last(places, at, values, mask),
            self._combine,
        )
        start = self.b.spread(elementwise.identity_of(self.root), self.b.lanes)
        values = walk.through(outer, {}, [start] * (self.chains * len(places)))
        while len(values) > len(places):
            values = [self._combine(*pair) for pair in zip(values[::2], values[1::2], strict=True)]
        return [self._across_lanes(v) for v in values] if self.along else values

    def _along_last(
        self, places: Sequence[Dims], at: dict[int, Affine], values: list[Value], mask: Mask
    ) -> list[Value]:
        """The innermost loops: blocks of which each chain takes a part, what is left for the first, a part of a vector last."""
        extent, inside = self.x.shape[self.last], [s._replace(axis=0) for s in self.stages if s.axis == len(self.outer)]

        def blocks(width: int, stages: list[Stage], low: int, high: int, values: list[Value]) -> list[Value]:
            if low == high:
                return values
            walk = Walk[Affine](
                self.b,
                [Range(i64(low), i64(high), width)],
                lambda _, axis, index: self._index(index),
                lambda index, into: self._block(places, {**at, self.last: index}, into, width, mask),
                self._combine,
            )
            return walk.through(stages, ZERO, values)

        whole, vectors = extent - extent % self.width, extent - extent % self.unit
        values = blocks(self.width, inside, 0, whole, values)
        values = blocks(self.unit, plain([1]), whole, vectors, values)
        if vectors < extent:
            here, tail = {**at, self.last: self._index(i64(vectors))}, self.e.tail(i64(vectors), i64(extent))
            values = self._block(places, here, values, self.unit, tail)
        return values

    def _index(self, value: Value) -> Affine:
        return of(Var(f"r{self.last}", self.x.shape[self.last], value, lanes=self.along))

    def _block(
        self, places: Sequence[Dims], at: dict[int, Affine], values: list[Value], width: int, mask: Mask
    ) -> list[Value]:
        """The values with a block of the innermost axis in them."""
        result = list(values)
        for n, dims in enumerate(places):
            for offset in range(0, width, self.unit):
                chain = n * self.chains + offset // self.unit
                here = {**at, self.last: at[self.last] + offset}
                result[chain] = self._combine(values[chain], self._value(dims, here, mask))
        return result

    def _value(self, dims: Dims, at: dict[int, Affine], mask: Mask) -> Value:
        """What is reduced at a point; the identity in lanes beyond the axis' end."""
        b, root = self.b, self.root
        value = b.spread(self.e.expression().value(self.x, joined(self.x, self.axes, dims, at), mask), b.lanes)
        if not self.along or mask.lanes is None:
            return value
        return b.select(mask.lanes, value, elementwise.identity_of(root))

    def _combine(self, x: Value, y: Value) -> Value:
        return elementwise.combined(self.b, self.root, x, y)

    def _across_lanes(self, value: Value) -> Value:
        """All lanes combined, the upper half into the lower until one is left."""
        b, lanes = self.b, value.lanes
        while lanes > 2:
            half = lanes // 2
            parts = []
            for first in (0, half):
                picked = ", ".join(f"i32 {first + i}" for i in range(half))
                text = f"shufflevector {value.typed}, {value.type} poison, <{half} x i32> <{picked}>"
                parts.append(b.emit(text, value.dtype, half))
            value, lanes = self._combine(*parts), half
        return self._combine(b.extract(value, 0), b.extract(value, 1))
