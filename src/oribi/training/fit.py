"""Fit: one call of `fit`, what it runs over and where it is."""

import warnings
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from oribi import callbacks as cb
from oribi.data import NoBatches, Source

from .loop import Loop, warn_of_few
from .run import least, logs_of, step_maker, test


@dataclass(frozen=True)
class Validation:
    """What a fit is validated on.

    Attributes:
        source: the batches; None where there is nothing to validate on.
        steps: at most so many.
        epochs: the numbers of the epochs after which it is done, or every so many.
    """

    source: Source | None
    steps: int | None
    epochs: int | Collection[int]

    def due(self, epoch: int) -> bool:
        """Whether the model is validated after an epoch, the first being number 0."""
        if self.source is None:
            return False
        return (epoch + 1) % self.epochs == 0 if isinstance(self.epochs, int) else epoch + 1 in self.epochs


@dataclass
class Fit:
    """A call of `fit`.

    Attributes:
        model: what is trained.
        source: the batches.
        epochs: the number of the epoch that is not done any more.
        limit: steps of an epoch; by default the batches of a whole pass.
        validation: what is done after epochs.
        hooks: the callbacks.
        bar: the progress bar.
        epoch: the present one.
        step: how many of its steps are done.
    """

    model: Any
    source: Source
    epochs: int
    limit: int | None
    validation: Validation
    hooks: cb.CallbackList
    bar: cb.ProgbarLogger
    epoch: int = 0
    step: int = 0

    @property
    def callbacks(self) -> list[Any]:
        """In the order in which they are called."""
        return self.hooks.callbacks

    def run(self) -> None:
        """Train, from where it is to the last epoch."""
        logs: dict[str, Any] | None = {}
        last = logs
        self.hooks("on_train_begin")
        while self.epoch < self.epochs and not self.model.stop_training:
            logs = self._one_epoch()
            if logs is None:
                break
            last = logs
        self.hooks("on_train_end", logs=last)

    def _one_epoch(self) -> dict[str, Any] | None:
        """The logs of an epoch; None where there was no batch left for it."""
        epoch, model = self.epoch, self.model
        if not self.step:
            model.reset_metrics()
        self.hooks("on_epoch_begin", epoch)
        steps = least(self.source.left(), self.limit)
        self.bar.start(steps, f"Epoch {epoch + 1}/{self.epochs}")
        loop = self._loop()
        logs = self._steps(loop, steps)
        done = self.step
        self.source.end_epoch(done, self.limit)
        self.epoch, self.step = epoch + 1, 0
        if loop.step is None and not done:
            self._warn_of_end()
            return None
        if not model.stop_training:
            warn_of_few(self.limit, done, f"Epoch {epoch + 1} with steps_per_epoch")
        if self.validation.due(epoch):
            logs |= {f"val_{name}": value for name, value in self._validate().items()}
        self.bar.finish(done, logs)
        self.hooks("on_epoch_end", epoch, logs=logs)
        return logs

    def _warn_of_end(self) -> None:
        warnings.warn(
            f"the data has no batch left for epoch {self.epoch}: training ends. What can be gone through only once, "
            "as a generator, has to go on for all epochs; give what can be gone through again, or steps_per_epoch",
            stacklevel=4,
        )

    def _validate(self) -> dict[str, Any]:
        on = self.validation
        assert on.source is not None
        try:
            return test(self.model, on.source, on.steps, self.hooks, cb.ProgbarLogger(0))
        except NoBatches:
            warnings.warn(f"validation_data has no batch left after epoch {self.epoch}", stacklevel=4)
            return {}

    def _loop(self) -> Loop:
        """The steps of the epoch that are left."""
        hooks, first = self.hooks, self.step
        each = hooks.wants_batches("train")
        before = (lambda done: hooks("on_train_batch_begin", first + done)) if each else None
        return Loop(self.source.parts(first, self.limit), step_maker(self.model, "train", self.source), before)

    def _steps(self, loop: Loop, steps: int | None) -> dict[str, Any]:
        """Run them; returns the logs of the last one."""
        model, hooks, first = self.model, self.hooks, self.step
        with closing(loop.run()) as running:
            for number in running:
                self.step = done = first + number
                logs: dict[str, Any] = {}
                if loop.before is not None:
                    logs = logs_of(model, loop)
                    hooks("on_train_batch_end", done - 1, logs=logs)
                if model.stop_training:
                    break
                if self.bar.verbose == 1 and done != steps:
                    self.bar.update(done, logs or logs_of(model, loop))
        return logs_of(model, loop)

    # --- for checkpoints ---

    def go_on(self, epoch: int, step: int, batch_number: int, shuffle: Any) -> None:
        """Go on from where another one was.

        Args:
            epoch, step: as the attributes.
            batch_number: of the pass, the batch that the epoch began with.
            shuffle: the source's state.
        """
        self.epoch, self.step = epoch, step
        self.source.go_on(batch_number, shuffle)
