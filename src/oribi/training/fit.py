"""Fit: one call of `fit`, what it runs over and where it is."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oribi import callbacks as cb

from .data import Data
from .loop import Loop, batches, parts_of, warn_of_few
from .run import logs_of, step_for, test
from .step import Step


@dataclass(frozen=True)
class Validation:
    """What a fit is validated on.

    Attributes:
        data: the rows; None where there is nothing to validate on.
        batch: rows of a step.
        steps: at most so many.
        epochs: the numbers of the epochs after which it is done, or every so many.
    """

    data: Data | None
    batch: int
    steps: int | None
    epochs: int | Collection[int]

    def due(self, epoch: int) -> bool:
        """Whether the model is validated after an epoch, the first being number 0."""
        if self.data is None:
            return False
        return (epoch + 1) % self.epochs == 0 if isinstance(self.epochs, int) else epoch + 1 in self.epochs


@dataclass
class Fit:
    """A call of `fit`.

    Attributes:
        model: what is trained.
        data: the rows.
        batch: rows of a step.
        epochs: the number of the epoch that is not done any more.
        limit: steps of an epoch; by default the batches of all rows.
        validation: what is done after epochs.
        hooks: the callbacks.
        bar: the progress bar.
        generator: of the rows' order; None where they are taken as they come.
        epoch: the present one.
        step: how many of its steps are done.
        batch_number: of the present pass over the rows, the batch that the present epoch began with.
    """

    model: Any
    data: Data
    batch: int
    epochs: int
    limit: int | None
    validation: Validation
    hooks: cb.CallbackList
    bar: cb.ProgbarLogger
    generator: np.random.Generator | None
    epoch: int = 0
    step: int = 0
    batch_number: int = 0
    _order: np.ndarray | None = field(default=None, repr=False)
    _before: Any = field(default=None, repr=False)

    @property
    def callbacks(self) -> list[Any]:
        """In the order in which they are called."""
        return self.hooks.callbacks

    def run(self) -> None:
        """Train, from where it is to the last epoch."""
        logs: dict[str, Any] = {}
        self.hooks("on_train_begin")
        while self.epoch < self.epochs and not self.model.stop_training:
            logs = self._one_epoch()
        self.hooks("on_train_end", logs=logs)

    def _one_epoch(self) -> dict[str, Any]:
        epoch, model = self.epoch, self.model
        if not self.step:
            model.reset_metrics()
        self.hooks("on_epoch_begin", epoch)
        loop = self._loop()
        steps = self.step + loop.steps
        self.bar.start(steps, f"Epoch {epoch + 1}/{self.epochs}")
        logs = self._steps(loop, steps)
        self._end_epoch()
        if self.validation.due(epoch):
            tested = self._validate(self.validation)
            logs |= {f"val_{name}": value for name, value in tested.items()}
        self.bar.finish(steps, logs)
        self.hooks("on_epoch_end", epoch, logs=logs)
        return logs

    def _validate(self, on: Validation) -> dict[str, Any]:
        assert on.data is not None
        return test(self.model, on.data, on.batch, on.steps, self.hooks, cb.ProgbarLogger(0))

    def _loop(self) -> Loop:
        """The steps of the epoch that are left."""
        total = batches(len(self.data), self.batch)
        last = total if self.limit is None else min(total, self.batch_number + self.limit)
        warn_of_few(self.limit, total - self.batch_number, f"Epoch {self.epoch + 1} with steps_per_epoch")
        parts = parts_of(self.data, self.batch, self.batch_number + self.step, last)
        return Loop(parts, self._step, self._rows_in_order())

    def _step(self, size: int) -> Step:
        return step_for(self.model, "train", size, self.data, self.generator is not None)

    def _rows_in_order(self) -> np.ndarray | None:
        """The rows' order in the present pass."""
        if self._order is None and self.generator is not None:
            self._before = self.generator.bit_generator.state
            self._order = self.generator.permutation(len(self.data))
        return self._order

    def _steps(self, loop: Loop, steps: int) -> dict[str, Any]:
        """Run them; returns the logs of the last one."""
        model, hooks, first = self.model, self.hooks, self.step
        each = hooks.wants_batches("train")
        if each and loop.steps:
            hooks("on_train_batch_begin", first)
        logs: dict[str, Any] = {}
        for number in loop.run(each):
            self.step = done = first + number
            logs = {}
            if each:
                logs = logs_of(model, loop)
                hooks("on_train_batch_end", done - 1, logs=logs)
            if model.stop_training or done == steps:
                break
            if each:
                hooks("on_train_batch_begin", done)
            if self.bar.verbose == 1:
                self.bar.update(done, logs or logs_of(model, loop))
        return logs_of(model, loop)

    def _end_epoch(self) -> None:
        self.batch_number += self.step
        if self.limit is None or self.batch_number >= batches(len(self.data), self.batch):
            self.batch_number, self._order = 0, None
        self.epoch, self.step = self.epoch + 1, 0

    # --- for checkpoints ---

    def shuffle(self) -> Any:
        """The generator's state from which the order of the present pass came, or, between passes, that of the next will."""
        if self.generator is None:
            return None
        return self._before if self.step or self.batch_number else self.generator.bit_generator.state

    def go_on(self, epoch: int, step: int, batch_number: int, shuffle: Any) -> None:
        """Go on from where another one was."""
        self.epoch, self.step, self.batch_number, self._order = epoch, step, batch_number, None
        if self.generator is not None and shuffle is not None:
            self.generator.bit_generator.state = shuffle
