"""The progress bar: Keras 3's lines, redrawn in a terminal and a notebook, one line an epoch in a pipe."""

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

WIDTH = 20


class Progbar:
    """Shows how far a loop is.

    Args:
        target: the number of steps; None if unknown.
        width: of the bar, in characters.
        verbose: 0 silent, 1 a bar, 2 one line at the end.
        interval: seconds between redraws.
        stateful_metrics: names whose last value is shown as it is; others are averaged over the steps.
        unit_name: what a step is called.
    """

    def __init__(
        self,
        target: int | None,
        width: int = WIDTH,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Sequence[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self._sums: dict[str, tuple[float, float]] = {}
        self._seen = 0
        self._start = time.perf_counter()
        self._last = 0.0
        self._drawn = 0

    def update(
        self, current: int, values: Sequence[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Show that `current` steps are done.

        Args:
            current: steps done.
            values: (name, value) pairs to show; of an array its mean.
            finalize: whether this is the last update; by default when the target is reached.
        """
        for name, value in values or ():
            self._note(name, float(np.mean(value)), current - self._seen)
        self._seen = current
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        now = time.perf_counter()
        if self.verbose == 1 and (finalize or (_redraws() and now - self._last >= self.interval)):
            self._last = now
            self._draw(current, finalize, now - self._start)
        elif self.verbose == 2 and finalize:
            took = now - self._start
            parts = [f"{current}/{self.target or current}", f"{took:.0f}s", f"{_each(took, current)}/{self.unit_name}"]
            _write(" - ".join(parts) + self._shown() + "\n")

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self._seen + n, values)

    def _note(self, name: str, value: float, steps: int) -> None:
        if name in self.stateful_metrics:
            self._sums[name] = (value, 1.0)
        else:
            total, count = self._sums.get(name, (0.0, 0.0))
            self._sums[name] = (total + value * max(steps, 1), count + max(steps, 1))

    def _shown(self) -> str:
        shown = ""
        for name, (total, count) in self._sums.items():
            value = total / count
            shown += f" - {name}: {value:.4f}" if abs(value) > 1e-3 or value == 0 else f" - {name}: {value:.4e}"
        return shown

    def _draw(self, current: int, finalize: bool, took: float) -> None:
        bold, green, grey, plain = ("\033[1m", "\033[32m", "\033[37m", "\033[0m") if _colours() else ("",) * 4
        total = self.target
        count = f"{current:{len(str(total))}d}/{total}" if total is not None else f"{current}/Unknown"
        full = self.width if not total else int(self.width * current / total)
        bar = f"{green}{'━' * full}{plain}{grey}{'━' * (self.width - full)}{plain}"
        if finalize or not current or total is None:
            seconds = f"{took:.0f}s"
        else:
            seconds = _clock(took / current * (total - current))
        line = (
            f"{bold}{count}{plain} {bar} {bold}{seconds}{plain} {_each(took, current)}/{self.unit_name}{self._shown()}"
        )
        if _redraws():
            width = len(line)
            _write("\r" + line + " " * max(0, self._drawn - width) + ("\n" if finalize else ""))
            self._drawn = width
        else:
            _write(line + "\n")


def _each(took: float, current: int) -> str:
    """Time of one step, in the unit that reads best."""
    each = took / max(current, 1)
    if each >= 1 or each == 0:
        return f"{each:.0f}s"
    return f"{each * 1e3:.0f}ms" if each >= 1e-3 else f"{each * 1e6:.0f}us"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole >= 60 else f"{whole}s"


def _notebook() -> bool:
    return "ipykernel" in sys.modules


def _redraws() -> bool:
    """Whether a carriage return goes back to the start of the line, rather than into a file."""
    return _notebook() or (hasattr(sys.stdout, "isatty") and sys.stdout.isatty())


def _colours() -> bool:
    return _redraws() and "NO_COLOR" not in os.environ


def _write(text: str) -> None:
    if sys.stdout is None:  # a daemon, or pythonw
        return
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.replace("━", "-"))
    sys.stdout.flush()
