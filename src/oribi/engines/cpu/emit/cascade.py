"""cascade: long sums of floats in levels, so that they keep their digits.

What is added to a much larger sum loses its last digits: after a million additions into one register, few are right. A cascade
adds a short run of numbers into a register of its own, a run of such sums into the next, and so on: no register takes more than a
run, and the error grows with the number of levels. The order depends on extents alone, so the bits are the same on any team.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from oribi.graph import dtypes
from oribi.graph.elementwise import add
from oribi.graph.node import Node, size_of

from .llvm import Builder, Value, const, i64

SHORT_SUM = 64  # additions into one register that are left as they are
RUN = 16  # additions one after the other, in longer sums
SHALLOW_DEPTH = 1024  # steps of a contraction's depth that are left as they are
DEPTH_RUN = 256  # steps one after the other, in deeper ones: a tile of sums costs more to add than one
FAN = 16  # sums of runs, or of sums of runs, that are added one after the other

State = TypeVar("State")


class Range(NamedTuple):
    """The steps of a loop: `range(low, high, step)`."""

    low: Value
    high: Value
    step: int = 1


class Stage(NamedTuple):
    """A loop of a cascade.

    Attributes:
        axis: which loop of the nest it is, or is a part of.
        span: how many steps of that loop one of its own covers; those are walked by a stage inside.
        fresh: each of its steps sums up what is inside from zero, and adds that to the sum around.
    """

    axis: int
    span: int = 1
    fresh: bool = False


def plain(extents: Sequence[int]) -> list[Stage]:
    """The loops of a nest as they are."""
    return [Stage(axis) for axis in range(len(extents))]


def is_long(root: Node, extents: Sequence[int]) -> bool:
    """Whether so many floats are summed that one register would lose digits."""
    return root.primitive.combine is add and dtypes.is_float(root.dtype) and size_of(extents) > SHORT_SUM


def of_sum(root: Node, extents: Sequence[int]) -> list[Stage]:
    """The loops of a reduction or a running sum, given how often each steps."""
    return cascade(extents, RUN) if is_long(root, extents) else plain(extents)


def of_depth(root: Node, extents: Sequence[int]) -> list[Stage]:
    """The loops of a contraction's depth, given how often each steps."""
    deep = dtypes.is_float(root.dtype) and size_of(extents) > SHALLOW_DEPTH
    return cascade(extents, DEPTH_RUN) if deep else plain(extents)


def cascade(extents: Sequence[int], run: int) -> list[Stage]:
    """The loops of a nest, outermost first, cut where a register has taken `run` additions, or `FAN` sums of those.

    >>> cascade([3, 40], run=16)
    [Stage(axis=0, span=1, fresh=False), Stage(axis=1, span=10, fresh=True), Stage(axis=1, span=1, fresh=False)]
    """
    stages: list[Stage] = []
    count, most, fresh = 1, run, False
    for axis in reversed(range(len(extents))):
        span, left = 1, extents[axis]
        while count * left > most:
            part = _even(left, most // count)
            if part > 1:
                stages.append(Stage(axis, span, fresh))
                span, left = span * part, -(-left // part)
            count, most, fresh = 1, FAN, True
        stages.append(Stage(axis, span, fresh))
        count, fresh = count * left, False
    return stages[::-1]


def _even(extent: int, most: int) -> int:
    """A part of an extent, up to `most`: one that divides it, if that is not much smaller, for the sake of a simple loop."""
    return next((part for part in range(most, most // 2, -1) if extent % part == 0), most)


@dataclass
class Walk(Generic[State]):
    """Emits the loops of a cascade.

    Attributes:
        b: what they are emitted with.
        ranges: the steps of each loop of the nest.
        enter: `(state, axis, index) -> state` inside of a step of a loop.
        body: `(state, sums) -> sums` at every point.
        add: of two sums.
        relative: the index of a loop inside of a stage starts at zero, after `enter` has been asked for the place where it begins.
        around: `(state, sums) -> state` where sums of their own begin, for whoever needs to know the sums so far.
    """

    b: Builder
    ranges: Sequence[Range]
    enter: Callable[[State, int, Value], State]
    body: Callable[[State, list[Value]], list[Value]]
    add: Callable[[Value, Value], Value]
    relative: bool = False
    around: Callable[[State, list[Value]], State] = lambda state, sums: state

    def through(
        self, stages: Sequence[Stage], state: State, sums: list[Value], inside: Range | None = None
    ) -> list[Value]:
        """The sums after the loops of `stages`; the first of them steps through `inside`, or all of its loop's range."""
        if not stages:
            return self.body(state, sums)
        b, (stage, *inner) = self.b, stages
        low, high, step = inside or self.ranges[stage.axis]
        with b.loop(low, high, step * stage.span, carried=sums) as loop:
            start, part, here = loop.carried, None, state
            if stage.fresh:
                start, here = [_zero(b, s) for s in sums], self.around(state, loop.carried)
            if stage.span > 1:
                part = self._part(Range(low, high, step), stage.span, loop.index)
            if stage.span == 1 or self.relative:
                here = self.enter(here, stage.axis, loop.index)
            loop.next = self.through(inner, here, start, part)
            if stage.fresh:
                loop.next = [self.add(total, s) for total, s in zip(loop.carried, loop.next, strict=True)]
        return loop.out

    def _part(self, steps: Range, span: int, start: Value) -> Range:
        """The `span` steps from `start` on, or as many as are left."""
        b, (low, high, step) = self.b, steps
        if not self.relative:
            return Range(start, b.minimum(b.add(start, i64(span * step)), high), step)
        even = all(v.ref.isdigit() for v in (low, high)) and (int(high.ref) - int(low.ref)) % (span * step) == 0
        left = i64(span * step) if even else b.minimum(i64(span * step), b.sub(high, start))
        return Range(i64(0), left, step)


def _zero(b: Builder, like: Value) -> Value:
    return b.spread(const(0, like.dtype), like.lanes)
