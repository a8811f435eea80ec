"""Streams: batches that somebody's code gives one after the other."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .ahead import Ahead
from .order import Order
from .rows import Rows
from .source import NoBatches, Part, Parts


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Feed:
    """What gives the batches.

    Attributes:
        kind: what it is, for messages.
        open: begins a pass in an order: gives an iterator of batches, or the same one ever again where there is only one.
        count: how many batches a pass has; None where nobody knows.
        once: whether there is only one pass.
        on_epoch_begin, on_epoch_end: called around every epoch.
    """

    kind: str
    open: Callable[[Order], Iterator[Any]]
    count: int | None = None
    once: bool = False
    on_epoch_begin: Callable[[], None] = _nothing
    on_epoch_end: Callable[[], None] = _nothing


class Stream:
    """The batches of a feed, read ahead by a thread while an epoch runs, never beyond its last step.

    Args:
        feed: what gives them.
        checked: makes rows of a batch, given it and its number in the pass: the place for what is done on the host.
        order: in which a feed that has its batches by number takes them; as they come by default.
    """

    def __init__(self, feed: Feed, checked: Callable[[Any, int], Rows], order: Order | None = None) -> None:
        self.feed, self.checked, self.order = feed, checked, order or Order()
        self.at = 0
        self._count = feed.count
        self._pass: Iterator[Rows] | None = None
        self._within_epoch = False
        self._skipped = 0

    def map(self, function: Callable[[Rows], Rows]) -> "Stream":
        """Batches that a function makes of each of these."""
        checked = self.checked
        return Stream(self.feed, lambda batch, number: function(checked(batch, number)), self.order)

    def first(self) -> Part:
        """The next batch, which stays the next one.

        Raises:
            NoBatches: there is none.
        """
        batches = self._open()
        batch = next(batches, None)
        if batch is None:
            raise NoBatches(f"the {self.feed.kind} gives no batch")
        self._pass = itertools.chain([batch], batches)
        return Part(batch, len(batch), 0, 1)

    def left(self) -> int | None:
        """How many batches the pass has left, as far as its length is known."""
        return None if self._count is None else self._count - self.at

    def parts(self, done: int, limit: int | None) -> Parts:
        """The batches that come next, as many at once as are ready."""
        batches = self._open()
        skipped, self._skipped = self._skipped + done, 0
        for _ in itertools.islice(batches, skipped):
            pass
        return Ahead(itertools.islice(batches, None if limit is None else limit - done)).parts()

    def _open(self) -> Iterator[Rows]:
        if not self._within_epoch:
            self._within_epoch = True
            self.feed.on_epoch_begin()
        if self._pass is None:
            self._pass = self._checked(self.feed.open(self.order))
        return self._pass

    def _checked(self, batches: Iterator[Any]) -> Iterator[Rows]:
        try:
            for number, batch in enumerate(batches):
                yield self.checked(batch, number)
        finally:
            if not self.feed.once and hasattr(batches, "close"):
                with suppress(ValueError):  # it is being run by a thread that was not waited for
                    batches.close()

    def end_epoch(self, done: int, limit: int | None) -> None:
        """Begin another pass where this one is over."""
        self.at += done
        if limit is None or done < limit or self.left() == 0:
            if limit is None and self._count is None and not self.feed.once:
                self._count = done
            self.at = 0
            self._end_pass()
        self._within_epoch = False
        self.feed.on_epoch_end()

    def _end_pass(self) -> None:
        self.order.end_pass()
        if not self.feed.once:
            self._pass = None

    def state(self) -> Any:
        """Where the order came from."""
        return self.order.state()

    def go_on(self, at: int, state: Any) -> None:
        """Take the same order again, and leave out the batches that were trained on before."""
        self._end_pass()
        self.order.go_on(state)
        self.at = self._skipped = at
