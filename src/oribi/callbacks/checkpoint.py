"""Callbacks that write models down while they train."""

import warnings
from pathlib import Path
from typing import Any

from .callback import Callback, Logs
from .monitor import Monitor


class _Saving(Callback):
    """What is done after each epoch, or every so many batches."""

    def __init__(self, save_freq: Any) -> None:
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1):
            who = type(self).__name__
            raise ValueError(f"{who}: save_freq must be 'epoch' or a positive number of batches, got {save_freq!r}")
        self.save_freq = save_freq

    def wants_batches(self) -> bool:
        """Whether the engine has to come back to Python after every step."""
        return bool(self.save_freq != "epoch")


class ModelCheckpoint(_Saving):
    """Saves the model, or its weights, now and then.

    Args:
        filepath: where to; may name the epoch and metrics, as in `"{epoch:02d}-{val_loss:.2f}.keras"`. Ends in `.keras`, or with
            `save_weights_only` in `.weights.h5`.
        monitor: name of the metric that says which model is the best.
        verbose: 1 to say what is saved.
        save_best_only: save only when the metric is better than ever before.
        save_weights_only: the weights rather than the model.
        mode: `min`, `max`, or `auto`: `max` for accuracies.
        save_freq: `"epoch"`, or every so many batches.
        initial_value_threshold: what has to be beaten at first.

    Raises:
        ValueError: filepath has another ending than what is saved asks for.
    """

    kept = ("best", "_batches")

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(save_freq)
        self.watched = Monitor(self, monitor, mode)
        self.filepath, self.monitor, self.verbose = str(filepath), monitor, verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.best = initial_value_threshold
        ending = ".weights.h5" if save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            raise ValueError(f"ModelCheckpoint: filepath must end in {ending}, got {self.filepath!r}")
        self._batches, self._epoch = 0, 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if not self.wants_batches():
            return
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            self._save(self._epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if not self.wants_batches():
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        if self.save_best_only and not self._is_best(epoch, path, logs):
            return
        if self.verbose and not self.save_best_only:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.model.save_weights(path) if self.save_weights_only else self.model.save(path)

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> Path:
        number = {} if batch is None else {"batch": batch + 1}
        try:
            return Path(self.filepath.format(epoch=epoch + 1, **number, **logs))
        except (KeyError, IndexError) as error:
            raise KeyError(
                f"ModelCheckpoint: filepath {self.filepath!r} names {error}, known are epoch, {', '.join(logs)}"
            ) from None

    def _is_best(self, epoch: int, path: Path, logs: dict[str, Any]) -> bool:
        value = logs.get(self.monitor)
        if value is None:
            known = ", ".join(logs)
            warnings.warn(f"ModelCheckpoint watches {self.monitor!r}, which is not there: {known}", stacklevel=2)
            return False
        if not self.watched.improves(value, self.best):
            if self.verbose:
                print(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {self.best:.5f}")
            return False
        if self.verbose:
            before = "inf" if self.best is None else f"{self.best:.5f}"
            print(f"\nEpoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, saving model to {path}")
        self.best = value
        return True


class BackupAndRestore(_Saving):
    """Lets a run that was interrupted, killed or cut off from power go on as if nothing had happened: the same program, started
    again, ends with the same weights, bit for bit.

    What is kept: weights, optimizer, random states, the order of the rows, the metrics, the epoch and the step, and the state of
    the callbacks. The program has to make the same model, with the same data and arguments; another seed does no harm.

    Args:
        backup_dir: a folder of its own for the checkpoint.
        save_freq: `"epoch"`, or every so many batches.
        double_checkpoint: keep the checkpoint before the last as well, and use it should the last be damaged.
        delete_checkpoint: remove it when training is over.

    Raises:
        ValueError: backup_dir names no folder.
    """

    comes_last = True

    def __init__(
        self, backup_dir: Any, save_freq: Any = "epoch", double_checkpoint: bool = False, delete_checkpoint: bool = True
    ) -> None:
        if not str(backup_dir):
            raise ValueError("BackupAndRestore: backup_dir must name a folder")
        super().__init__(save_freq)
        self.folder = Path(backup_dir)
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._last, self._before = self.folder / "checkpoint.bin", self.folder / "checkpoint.before.bin"

    def on_train_begin(self, logs: Logs = None) -> None:
        problem: Exception | None = None
        for path in (self._last, self._before):
            if path.is_file():
                try:
                    self.model.go_on_from(path)
                    return
                except ValueError as error:
                    problem = problem or error
        if problem is not None:
            raise problem
        self.folder.mkdir(parents=True, exist_ok=True)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self.wants_batches() and (batch + 1) % self.save_freq == 0:
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._save()

    def _save(self) -> None:
        if self.double_checkpoint and self._last.exists():
            self._last.replace(self._before)
        self.model.back_up(self._last)

    def on_train_end(self, logs: Logs = None) -> None:
        if self.delete_checkpoint:
            for path in (self._last, self._before, *self.folder.glob(".checkpoint*.part")):  # those of killed runs too
                path.unlink(missing_ok=True)
            if self.folder.is_dir() and not any(self.folder.iterdir()):
                self.folder.rmdir()
