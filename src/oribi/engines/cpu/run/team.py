"""run: a team of threads that call one native function together.

Plain Python threads wait for work; ctypes releases the interpreter's lock while native code runs. Every call takes idle helpers
from the pool, so that models may run in several user threads at once. A forked child starts with an empty pool.
"""

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
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


def sizes() -> tuple[int, ...]:
    """The teams to choose from: the one that `ORIBI_THREADS` names, or one thread and all cores."""
    most = default_size()
    return (most,) if os.environ.get("ORIBI_THREADS") or most == 1 else (1, most)


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


class _interrupts_later:
    """Ctrl-C inside of the block is answered at its end.

    It reaches Python's main thread between any two of its instructions. A team of which one member never came would wait for it
    for good, in memory that may be gone by then.
    """

    __slots__ = ("_answer", "_pressed")

    def __enter__(self) -> None:
        self._answer: Any = None
        self._pressed: list[Any] = []
        if threading.current_thread() is threading.main_thread():
            answer = signal.getsignal(signal.SIGINT)
            if callable(answer):
                signal.signal(signal.SIGINT, lambda *given: self._pressed.append(given))
                self._answer = answer

    def __exit__(self, *error: object) -> None:
        if self._answer is not None:
            signal.signal(signal.SIGINT, self._answer)
            if self._pressed:
                self._answer(*self._pressed[0])


def run_together(run: Any, size: int, first: int, last: int, table: Any) -> None:
    """Call `run(thread, size, first, last, table, sync)` on `size` threads at once, this one among them.

    Returns when all are done, also when Ctrl-C is pressed meanwhile.
    """
    if size == 1:
        run(0, 1, first, last, table, None)
        return
    sync = ctypes.create_string_buffer(SYNC_BYTES + 64)
    address = -(-ctypes.addressof(sync) // 64) * 64
    done: SimpleQueue[None] = SimpleQueue()
    with _interrupts_later():
        for thread, helper in enumerate([_take() for _ in range(1, size)], 1):
            helper.jobs.put((partial(run, thread, size, first, last, table, address), done))
        run(0, size, first, last, table, address)
        for _ in range(1, size):
            done.get()
