"""Callbacks that write down how training went."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from .callback import Callback, Logs


class History(Callback):
    """What `fit` returns: `history[name]` is the list of a metric's values, one an epoch."""

    kept = ("history", "epoch")

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        return f"<History of {len(self.epoch)} epochs: {', '.join(self.history)}>"


class CSVLogger(Callback):
    """Writes a line for each epoch.

    Args:
        filename: of the file.
        separator: between values.
        append: go on with a file that is there, rather than replace it.
    """

    kept = ("_keys", "_rows")

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = Path(filename), separator, append
        self._rows: list[list[Any]] = []
        self._file: IO[str] | None = None
        self._keys: Sequence[str] = ()
        self._writer: Any = None

    def on_train_begin(self, logs: Logs = None) -> None:
        there = self.append and self.filename.exists() and self.filename.stat().st_size > 0
        if there:
            with open(self.filename, newline="") as known:
                self._keys = next(csv.reader(known, delimiter=self.separator))[1:]
        self._file = open(self.filename, "a" if self.append else "w", newline="")  # noqa: SIM115
        self._writer = csv.writer(self._file, delimiter=self.separator)
        self._rows = []
        if not there:
            self._keys = ()

    def set_state(self, state: dict[str, Any]) -> None:
        """Write again what the interrupted run had written, unless it is there, being appended to."""
        super().set_state(state)
        if not self.append:
            self._writer.writerows([["epoch", *self._keys], *self._rows] if self._rows else [])

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = logs or {}
        if not self._keys:
            self._keys = sorted(logs)
            self._writer.writerow(["epoch", *self._keys])
        self._rows.append([epoch, *(logs.get(key, "NA") for key in self._keys)])
        self._writer.writerow(self._rows[-1])
        if self._file:
            self._file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        if self._file:
            self._file.close()
            self._file = None
