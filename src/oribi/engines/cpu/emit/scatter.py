"""Scatter: slices are put into the rows that they name, one after the other in the order of their indices.

A row that many slices are added to would lose digits (cascade.py), so it gets a sum of its own: whenever it has taken a run of
slices, what it has come to is moved there, and its own slice begins again at zero. Such sums are few, as each takes a run to be
needed. They keep what each addition rounds away as well, so that there is no need for more levels.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from oribi.compiler.index import ZERO, Affine, Var, flatten, of
from oribi.graph import dtypes
from oribi.graph.node import size_of

from . import elementwise
from .cascade import SHORT_SUM, is_long
from .emitter import Emitter
from .expression import ALWAYS, Mask, scalar_index
from .llvm import Value, const, i64


def scatter(e: Emitter) -> None:
    """Each thread looks at every index and puts the slices in place that fall into its part, in their order."""
    Scatter(e).emit()


class Scatter:
    """Emits the loops of a scatter."""

    def __init__(self, emitter: Emitter) -> None:
        self.e, self.b = emitter, emitter.b
        self.root = emitter.root()
        self.x, self.indices, self.updates = self.root.operands
        self.axis = self.root.attributes["axis"]
        self.behind = self.x.shape[self.axis + 1 :]
        self.sums = Sums(self) if is_long(self.root, self.indices.shape) else None

    def emit(self) -> None:
        """The whole of it."""
        e, b, x = self.e, self.b, self.x
        if e.alias.get(self.root, self.root) is not e.alias.get(x, x):
            self._base()
        with ExitStack() as stack:
            outer = [stack.enter_context(b.loop(i64(0), i64(n))).index for n in x.shape[: self.axis]]
            before = [of(Var(f"i{a}", x.shape[a], v)) for a, v in enumerate(outer)]
            if self.sums is not None:
                self.sums.begin()
            self._put_all(before)
            if self.sums is not None:
                self.sums.end(before)

    def _base(self) -> None:
        """What is added to, copied."""
        e, x = self.e, self.x
        dims = [ZERO] * len(x.shape)
        *outer, last = range(len(x.shape))
        pointer = e.pointer_to_write(self.root)
        with e.scalar_loops(outer, dims):

            def body(start: Value, mask: Mask) -> None:
                dims[last] = of(e.var(last, start, lanes=True))
                value = e.b.spread(e.expression().value(x, tuple(dims), mask), e.b.lanes)
                e.b.store(value, pointer, scalar_index(e.b, flatten(tuple(dims), x.shape)), mask.lanes)

            e.vector_loop(*e.range_of(last), body)

    def _put_all(self, before: list[Affine]) -> None:
        e, b = self.e, self.b
        with ExitStack() as stack:
            where = [stack.enter_context(b.loop(i64(0), i64(n))).index for n in self.indices.shape]
            position = [of(Var(f"p{i}", self.indices.shape[i], v)) for i, v in enumerate(where)]
            index = elementwise.convert_value(b, e.expression().value(self.indices, tuple(position)), "int64")
            mine = b.binary("and", b.compare("icmp sge", index, e.low), b.compare("icmp slt", index, e.high))
            with b.when(mine):
                self.over_slice(lambda tail, mask: self._put(before, index, position, tail, mask))
                if self.sums is not None:
                    self.sums.count(before, index)

    def _put(self, before: list[Affine], index: Value, position: list[Affine], tail: list[Affine], mask: Mask) -> None:
        b, lanes = self.b, self.lanes
        at, pointer = self.place(before, index, tail), self.e.pointer_to_write(self.root)
        new = b.spread(self.e.expression().value(self.updates, (*before, *position, *tail), mask), lanes)
        if self.root.primitive.combine is not None:
            there = b.load(pointer, self.root.dtype, at, lanes, mask.lanes)
            new = elementwise.combined(b, self.root, there, new)
        b.store(new, pointer, at, mask.lanes)

    @property
    def lanes(self) -> int:
        """Elements of a slice that are handled at once."""
        return self.b.lanes if self.behind else 1

    def place(self, before: Sequence[Affine], index: Value, tail: Sequence[Affine]) -> Value:
        """Where in the result an element of a row lies."""
        row = of(Var("row", self.x.shape[self.axis], index))
        return scalar_index(self.b, flatten((*before, row, *tail), self.root.shape))

    def over_slice(self, body: Callable[[list[Affine], Mask], None]) -> None:
        """`body(index in a slice, mask)` for each of its vectors."""
        if not self.behind:
            return body([], ALWAYS)
        *outer, last = self.behind
        with ExitStack() as stack:
            loops = [stack.enter_context(self.b.loop(i64(0), i64(n))).index for n in outer]
            tail = [of(Var(f"t{a}", n, v)) for a, (n, v) in enumerate(zip(outer, loops, strict=True))]
            inmost = lambda start, mask: body([*tail, of(Var("t", last, start, lanes=True))], mask)
            self.e.vector_loop(i64(0), i64(last), inmost)
        return None


class Sums:
    """The sums of rows that many slices are added to, in memory of the thread's own.

    Attributes:
        taken: for each row how many slices it has taken since it was last moved.
        slot: for each row which of the sums is its own, if that sum's owner says so too.
        owner: for each of the sums the row that it is of.
        used: how many of the sums are in use.
        total, rest: their slices, and what was rounded away of each.
    """

    def __init__(self, scatter: Scatter) -> None:
        self.scatter, self.e, self.b = scatter, scatter.e, scatter.b
        self.dtype, rows = scatter.root.dtype, scatter.x.shape[scatter.axis]
        self.most = size_of(scatter.indices.shape) // SHORT_SUM
        size = self.most * size_of(scatter.behind) * dtypes.itemsize(self.dtype)
        memory = self.e.own_memory
        self.taken, self.slot, self.owner = memory(rows), memory(8 * rows), memory(8 * self.most)
        self.total, self.rest = memory(size), memory(size)
        self.used = self.b.scratch("int64", 1)

    def begin(self) -> None:
        """No row has taken anything."""
        b = self.b
        b.store(i64(0), self.used, i64(0))
        none = b.spread(const(0, "uint8"), b.lanes)
        self.e.vector_loop(self.e.low, self.e.high, lambda start, mask: b.store(none, self.taken, start, mask.lanes))

    def count(self, before: list[Affine], index: Value) -> None:
        """A row has taken one more slice; it is moved if that makes a run."""
        b = self.b
        taken = b.binary("add", b.load(self.taken, "uint8", index), const(1, "uint8"))
        full = b.compare("icmp eq", taken, const(SHORT_SUM, "uint8"))
        b.store(b.select(full, const(0, "uint8"), taken), self.taken, index)
        with b.when(full):
            with b.when(b.compare("icmp ne", self._owner(index), index)):
                self._give_slot(index)
            self._move(before, index, b.load(self.slot, "int64", index))

    def _owner(self, index: Value) -> Value:
        """The row that owns a row's slot: another or none, until it is given one, since what its slot holds may be any number."""
        b = self.b
        slot, used = b.load(self.slot, "int64", index), b.load(self.used, "int64", i64(0))
        known = b.compare("icmp ult", slot, used)
        owner = b.load(self.owner, "int64", b.select(known, slot, i64(0)))
        return b.select(known, owner, i64(-1))

    def _give_slot(self, index: Value) -> None:
        b, lanes = self.b, self.scatter.lanes
        slot = b.load(self.used, "int64", i64(0))
        b.store(b.add(slot, i64(1)), self.used, i64(0))
        b.store(slot, self.slot, index)
        b.store(index, self.owner, slot)
        zero = b.spread(const(0, self.dtype), lanes)

        def clear(tail: list[Affine], mask: Mask) -> None:
            for memory in (self.total, self.rest):
                b.store(zero, memory, self._place(slot, tail), mask.lanes)

        self.scatter.over_slice(clear)

    def _move(self, before: list[Affine], index: Value, slot: Value) -> None:
        """A row's slice added to its sum, with what that rounds away (Knuth's two-sum), and begun anew."""
        b, lanes, dtype = self.b, self.scatter.lanes, self.dtype
        add, sub = (partial(b.binary, word) for word in ("fadd", "fsub"))

        def move(tail: list[Affine], mask: Mask) -> None:
            row, at = self.scatter.place(before, index, tail), self._place(slot, tail)
            result = self.e.pointer_to_write(self.scatter.root)
            part = b.load(result, dtype, row, lanes, mask.lanes)
            total, rest = (b.load(memory, dtype, at, lanes, mask.lanes) for memory in (self.total, self.rest))
            both = add(total, part)
            grown = sub(both, total)
            lost = add(sub(total, sub(both, grown)), sub(part, grown))
            b.store(both, self.total, at, mask.lanes)
            b.store(add(rest, lost), self.rest, at, mask.lanes)
            b.store(b.spread(const(0, dtype), lanes), result, row, mask.lanes)

        self.scatter.over_slice(move)

    def end(self, before: list[Affine]) -> None:
        """The sums added to what their rows have taken since."""
        b, lanes, dtype = self.b, self.scatter.lanes, self.dtype
        with b.loop(i64(0), b.load(self.used, "int64", i64(0))) as loop:
            index = b.load(self.owner, "int64", loop.index)

            def give(tail: list[Affine], mask: Mask) -> None:
                row, at = self.scatter.place(before, index, tail), self._place(loop.index, tail)
                result = self.e.pointer_to_write(self.scatter.root)
                total, rest = (b.load(memory, dtype, at, lanes, mask.lanes) for memory in (self.total, self.rest))
                known = b.compare("fcmp ord", rest, rest)  # what an infinite sum rounds away is NaN
                part = b.binary("fadd", b.load(result, dtype, row, lanes, mask.lanes), rest)
                part = b.select(known, part, b.load(result, dtype, row, lanes, mask.lanes))
                b.store(b.binary("fadd", total, part), result, row, mask.lanes)

            self.scatter.over_slice(give)

    def _place(self, slot: Value, tail: Sequence[Affine]) -> Value:
        """Where an element of one of the sums lies."""
        first = of(Var("slot", max(self.most, 1), slot))
        return scalar_index(self.b, flatten((first, *tail), (self.most, *self.scatter.behind)))
