"""Reading ahead: a thread fills a ring of batches, which a loop of compiled steps walks."""

import threading
from collections import deque
from collections.abc import Iterator

import numpy as np

from .rows import Rows
from .source import Part, Parts

RING_BYTES = 32 << 20
SLOTS = 64
PATIENCE = 5.0  # seconds that a loop which is left early waits for the batch that is being made


class Ring:
    """Memory for several batches of the same shapes and dtypes, one behind the other.

    Args:
        like: such a batch.

    Attributes:
        rows: arrays with room for all slots.
        size: rows of a slot.
        slots: how many there are.
        filled: how many hold a batch that is still needed.
    """

    def __init__(self, like: Rows) -> None:
        self.size = len(like)
        bytes_each = sum(array.nbytes for array in like.arrays)
        self.slots = min(SLOTS, max(2, RING_BYTES // max(bytes_each, 1)))
        self.rows = like.mapped(lambda a: np.empty((self.slots * self.size, *a.shape[1:]), a.dtype))
        self.filled = 0
        self._columns, self._structures = like.columns, like.structures
        self._next = 0

    def takes(self, batch: Rows) -> bool:
        """Whether a batch has the ring's shapes and dtypes."""
        return (len(batch), batch.columns, batch.structures) == (self.size, self._columns, self._structures)

    def put(self, batch: Rows) -> int:
        """Copy a batch into the next slot; returns its number."""
        slot, self._next = self._next, (self._next + 1) % self.slots
        for place, array in zip(self.rows.arrays, batch.arrays, strict=True):
            place[slot * self.size : (slot + 1) * self.size] = array
        return slot


class Ahead:
    """Batches that a thread of its own reads, as far ahead as the ring has room.

    Args:
        batches: what gives them; an error that it raises is raised in `parts`, after the batches before it.
    """

    def __init__(self, batches: Iterator[Rows]) -> None:
        self._batches = batches
        self._changed = threading.Condition()
        self._ready: deque[tuple[Ring, int]] = deque()
        self._error: BaseException | None = None
        self._over = self._closed = False
        self._thread = threading.Thread(target=self._read, name="oribi-data", daemon=True)

    def parts(self) -> Parts:
        """The batches, as many at once as are ready. A part is free to be written over when the next one is asked for."""
        self._thread.start()
        try:
            while (taken := self._take()) is not None:
                ring, slot, count = taken
                yield Part(ring.rows, ring.size, slot * ring.size, count)
                with self._changed:
                    ring.filled -= count
                    self._changed.notify_all()
        finally:
            self._close()

    def _take(self) -> tuple[Ring, int, int] | None:
        """Slots of one ring that lie one behind the other: the ring, the first one, and how many; None after the last."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._over)
            if not self._ready:
                if self._error is not None:
                    raise self._error
                return None
            ring, first = self._ready.popleft()
            count = 1
            while self._ready and self._ready[0] == (ring, first + count):
                self._ready.popleft()
                count += 1
            return ring, first, count

    def _close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(PATIENCE)

    def _read(self) -> None:
        ring: Ring | None = None
        try:
            while self._may_read(ring):
                batch = next(self._batches, None)
                if batch is None:
                    break
                if ring is None or not ring.takes(batch):
                    ring = Ring(batch)
                slot = ring.put(batch)
                with self._changed:
                    ring.filled += 1
                    self._ready.append((ring, slot))
                    self._changed.notify_all()
        except BaseException as error:
            self._error = error
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _may_read(self, ring: Ring | None) -> bool:
        """Wait until there is room for another batch; False if none is needed any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or ring is None or ring.filled < ring.slots)
            return not self._closed
