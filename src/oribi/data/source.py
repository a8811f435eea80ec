"""What a loop of steps runs over: batches, pass after pass over all rows."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .order import Order
from .rows import Rows


class NoBatches(ValueError):
    """There is no batch where one is needed."""


@dataclass(frozen=True)
class Part:
    """Batches of one size, one after the other in the same arrays.

    Attributes:
        rows: the arrays.
        size: rows of a batch.
        row: the first row.
        count: how many batches there are.
        order: the rows' order; None where they are taken as they come.
        outputs: arrays that predictions are written into, one entry for each batch.
    """

    rows: Rows
    size: int
    row: int
    count: int
    order: np.ndarray | None = None
    outputs: Sequence[np.ndarray] = ()

    def batch(self, number: int) -> Rows:
        """The rows of a batch of those that are taken as they come."""
        at = self.row + number * self.size
        return self.rows.cut(at, at + self.size)


Parts = Generator[Part, None, None]


class Source(Protocol):
    """Batches, pass after pass over all of them.

    Attributes:
        at: how many batches of the present pass were taken before the present epoch.
    """

    at: int

    def map(self, function: Callable[[Rows], Rows]) -> "Source":
        """The same batches, of rows that a function makes of these on the host: of all rows, or of one batch after the other."""

    def first(self) -> Part:
        """Batches as those that come next, to trace a step for.

        Raises:
            NoBatches: there are none.
        """

    def left(self) -> int | None:
        """How many batches the present pass has left, None where nobody knows."""

    def parts(self, done: int, limit: int | None) -> Parts:
        """The batches of the epoch from number `done` on, up to number `limit`, or to the end of the pass."""

    def end_epoch(self, done: int, limit: int | None) -> None:
        """Close an epoch of so many batches: the next one begins another pass, or, where epochs are limited and some are left,
        goes on with this one."""

    def state(self) -> Any:
        """What `go_on` takes: where the order of the rows of this pass came from, or, between passes, that of the next will."""

    def go_on(self, at: int, state: Any) -> None:
        """Go on in an epoch that began with batch number `at` of a pass."""


def batches(rows: int, batch: int) -> int:
    """How many batches the rows make, the last one possibly smaller."""
    return -(-rows // batch)


def parts_of(
    rows: Rows,
    batch: int,
    first: int = 0,
    last: int | None = None,
    order: np.ndarray | None = None,
    outputs: Sequence[np.ndarray] = (),
) -> list[Part]:
    """The batches from number `first` up to `last`: those of the whole size, then the smaller one at the end of the rows.

    Args:
        rows: the data.
        batch: rows of a batch.
        first: number of the first batch.
        last: number of the first batch that is left out; by default none is.
        order: the rows' order.
        outputs: arrays for predictions, a row for each of the data.
    """
    whole, rest = divmod(len(rows), batch)
    last = whole + bool(rest) if last is None else min(last, whole + bool(rest))
    counts = ((batch, first, min(whole, last) - first), (rest, whole, min(1, last - max(whole, first))))
    parts = []
    for size, number, count in counts:
        if size and count > 0:
            row = number * batch
            places = [o[row : row + size * count].reshape(count, size, *o.shape[1:]) for o in outputs]
            parts.append(Part(rows, size, row, count, order, places))
    return parts


class Resident:
    """Rows of arrays that are there as a whole.

    Args:
        rows: the arrays.
        batch: rows of a batch.
        order: in which they are taken; as they come by default.
    """

    def __init__(self, rows: Rows, batch: int, order: Order | None = None) -> None:
        self.rows, self.batch, self.order = rows, batch, order or Order()
        self.at = 0

    def map(self, function: Callable[[Rows], Rows]) -> "Resident":
        """Rows that a function makes of all of these."""
        return Resident(function(self.rows), self.batch, self.order)

    def split(self, share: float, batch: int | None) -> tuple["Resident", "Resident"]:
        """The first rows to train on, and the last `share` of them to validate on, as they come and in batches of `batch`.

        Raises:
            ValueError: either part would be empty.
        """
        at = int(len(self.rows) * (1 - share))
        if at in (0, len(self.rows)):
            raise ValueError(f"validation_split={share} of {len(self.rows)} rows leaves one of the two parts empty")
        before, after = self.rows.cut(0, at), self.rows.cut(at, len(self.rows))
        return Resident(before, self.batch, self.order), Resident(after, batch or self.batch)

    def first(self) -> Part:
        """The first batches of the pass."""
        return self._parts(0, None)[0]

    def left(self) -> int:
        """How many batches the pass has left."""
        return batches(len(self.rows), self.batch) - self.at

    def parts(self, done: int, limit: int | None) -> Parts:
        """The whole batches, then the smaller one."""
        yield from self._parts(done, limit)

    def _parts(self, done: int, limit: int | None) -> list[Part]:
        last = None if limit is None else self.at + limit
        return parts_of(self.rows, self.batch, self.at + done, last, self.order.of(len(self.rows)))

    def end_epoch(self, done: int, limit: int | None) -> None:
        """Begin another pass where this one is over."""
        self.at += done
        if limit is None or self.left() <= 0:
            self.at = 0
            self.order.end_pass()

    def state(self) -> Any:
        """Where the order came from."""
        return self.order.state()

    def go_on(self, at: int, state: Any) -> None:
        """Take the same order again."""
        self.at = at
        self.order.go_on(state)
