"""Predict: the model's output for each row."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np

from oribi import callbacks as cb
from oribi import nest
from oribi.data import Part, Parts, Resident, Source

from .loop import Loop, warn_of_few
from .run import least, step_for, steps_of
from .step import Step, layout_of


class _Predictions:
    """The parts of a source with arrays for the predictions, which are kept.

    Args:
        model: what predicts.
        source: the batches.
        limit: at most so many.
    """

    def __init__(self, model: Any, source: Source, limit: int | None) -> None:
        self.model, self.source, self.limit = model, source, limit
        self.step: Step | None = None
        self._chunks: list[
            list[np.ndarray]
        ] = []  # for each part, an array of (batches, rows of a batch, ...) an output

    def step_for(self, part: Part) -> Step:
        """The step for a part; the first one says how predictions are nested."""
        step = step_for(self.model, "predict", part)
        self.step = self.step or step
        return step

    def parts(self) -> Parts:
        """The parts; what is left of rows at the end is computed in a larger batch where one is compiled already."""
        with closing(self.source.parts(0, self.limit)) as parts:
            for part in parts:
                whole = self._filled(part)
                outputs = self.step_for(whole).executable.program.outputs
                places = [np.empty((part.count, whole.size, *o.shape[1:]), o.dtype) for o in outputs]
                self._chunks.append([place[:, : part.size] for place in places])
                yield Part(whole.rows, whole.size, whole.row, part.count, outputs=places)

    def _filled(self, part: Part) -> Part:
        if not isinstance(self.source, Resident) or part.size == self.source.batch:
            return part
        size = _size_for(self.model, part, self.source.batch)
        missing = size - part.size
        if not missing:
            return part
        filled = part.batch(0).mapped(lambda a: np.concatenate([a, np.repeat(a[-1:], missing, axis=0)]))
        return Part(filled, size, 0, 1)

    def batch(self, number: int) -> Any:
        """What was predicted for a batch of the present part."""
        return self._packed([chunk[number] for chunk in self._chunks[-1]])

    def all(self) -> Any:
        """What was predicted for all rows."""
        columns = [
            [chunk.reshape(-1, *chunk.shape[2:]) for chunk in chunks] for chunks in zip(*self._chunks, strict=True)
        ]
        return self._packed([column[0] if len(column) == 1 else np.concatenate(column) for column in columns])

    def _packed(self, outputs: list[np.ndarray]) -> Any:
        assert self.step is not None
        return nest.pack(self.step.result, outputs)

    @property
    def before(self) -> int:
        """How many batches the parts before the present one have."""
        return sum(len(chunks[0]) for chunks in self._chunks[:-1])


def predict(model: Any, source: Source, limit: int | None, hooks: cb.CallbackList, bar: cb.ProgbarLogger) -> Any:
    """The outputs for the rows, or for those of the first `limit` batches, nested as the model gives them."""
    if not isinstance(source, Resident):
        source.first()  # there has to be one
    predictions = _Predictions(model, source, limit)
    each = hooks.wants_batches("predict")
    before = (lambda done: hooks("on_predict_batch_begin", done)) if each else None
    hooks("on_predict_begin")
    bar.start(least(source.left(), limit))
    done = 0
    with closing(Loop(predictions.parts(), predictions.step_for, before).run()) as running:
        for done in running:
            if each:
                logs = {"outputs": predictions.batch(done - 1 - predictions.before)}
                hooks("on_predict_batch_end", done - 1, logs=logs)
            bar.update(done, {})
    warn_of_few(limit, done, "A prediction")
    source.end_epoch(done, None)
    bar.finish(done, {})
    hooks("on_predict_end")
    return predictions.all()


def _size_for(model: Any, part: Part, batch: int) -> int:
    """The batch that the rows at the end are computed in: a power of two or the batch, so that few sizes are compiled, where the
    model treats each row for itself."""
    size = batch if len(part.rows) > batch else min(batch, 1 << (part.size - 1).bit_length())
    if size == part.size:
        return size
    layout = layout_of("predict", replace(part, size=size))
    return size if steps_of(model).may_be_filled(model, layout, part.size) else part.size
