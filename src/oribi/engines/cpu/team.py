"""run: a team of threads that call one native function together.

Plain Python threads wait for work; ctypes releases the interpreter's lock while native code runs. Every call takes idle helpers
from the pool, so that models may run in several user threads at once. A forked child starts with an empty pool.
"""

import ctypes
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

SYNC_BYTES = 256


def default_size() -> int:
    """Threads of a team: `ORIBI_THREADS`, else the cores that this process may use."""
    named = os.environ.get("ORIBI_THREADS", "")
    if named:
        if not named.isdigit() or int(named) < 1:
            raise ValueError(f"ORIBI_THREADS must be a positive whole number, got {named!r}")
        return int(named)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


class _Helper:
    """A thread that waits for a job, runs it, and goes back to the pool."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[tuple[Callable[[], None], SimpleQueue[None]]] = SimpleQueue()
        threading.Thread(target=self._work, daemon=True, name="oribi").start()

    def _work(self) -> None:
        while True:
            job, done = self.jobs.get()
            job()
            _idle.append(self)
            done.put(None)
            del job, done


_idle: list[_Helper] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def _take() -> _Helper:
    try:
        return _idle.pop()
    except IndexError:
        return _Helper()


def run_together(run: Any, size: int, first: int, last: int, table: Any) -> None:
    """Call `run(thread, size, first, last, table, sync)` on `size` threads at once, this one among them.

    Returns when all are done, also when the wait is interrupted: the native code ends with a barrier, so nothing touches the
    table's buffers after this thread's own call returned.
    """
    if size == 1:
        run(0, 1, first, last, table, None)
        return
    sync = ctypes.create_string_buffer(SYNC_BYTES + 64)
    address = -(-ctypes.addressof(sync) // 64) * 64
    done: SimpleQueue[None] = SimpleQueue()
    for thread in range(1, size):

        def job(thread: int = thread, keep: Any = (sync, table)) -> None:
            run(thread, size, first, last, table, address)

        _take().jobs.put((job, done))
    run(0, size, first, last, table, address)
    for _ in range(1, size):
        done.get()
