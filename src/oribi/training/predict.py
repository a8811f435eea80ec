"""Predict: the model's output for each row."""

from typing import Any

import numpy as np

from oribi import callbacks as cb
from oribi import nest

from .data import Data
from .loop import Loop, Part, batches, parts_of, warn_of_few
from .run import step_for, steps_of
from .step import layout_of


def predict(
    model: Any, data: Data, batch: int, limit: int | None, hooks: cb.CallbackList, bar: cb.ProgbarLogger
) -> Any:
    """The outputs for the rows, or for those of the first `limit` batches, nested as the model gives them."""
    warn_of_few(limit, batches(len(data), batch), "A prediction")
    if limit is not None and limit * batch < len(data):
        data = data.rows(0, limit * batch)
    rows, rest = len(data), len(data) % batch
    whole = rows - rest
    size = _size_for(model, data, batch, rest)
    first = step_for(model, "predict", batch if whole else size, data)
    outputs = [np.empty((rows, *o.shape[1:]), o.dtype) for o in first.executable.program.outputs]
    filled = size != rest
    parts = parts_of(data, batch, last=rows // batch if filled else None, outputs=outputs)
    places = [np.empty((1, size, *o.shape[1:]), o.dtype) for o in outputs] if filled else []
    if filled:
        parts.append(Part(_filled(data.rows(whole, rows), size), size, 0, 1, places))
    loop = Loop(parts, lambda size: step_for(model, "predict", size, data))
    hooks("on_predict_begin")
    bar.start(loop.steps)
    each = hooks.wants_batches("predict")
    if each:
        hooks("on_predict_batch_begin", 0)
    for done in loop.run(each):
        if filled and done == loop.steps:
            for output, place in zip(outputs, places, strict=True):
                output[whole:] = place[0, :rest]
        if each:
            part = [o[(done - 1) * batch : done * batch] for o in outputs]
            hooks("on_predict_batch_end", done - 1, logs={"outputs": nest.pack(first.result, part)})
            if done < loop.steps:
                hooks("on_predict_batch_begin", done)
        bar.update(done, {})
    bar.finish(loop.steps, {})
    hooks("on_predict_end")
    return nest.pack(first.result, outputs)


def _size_for(model: Any, data: Data, batch: int, rows: int) -> int:
    """The batch that the rows at the end are computed in: a power of two or the batch, so that few sizes are compiled, where the
    model treats each row for itself."""
    if not rows:
        return 0
    size = batch if len(data) > batch else min(batch, 1 << (rows - 1).bit_length())
    layout = layout_of("predict", size, False, data)
    return size if size == rows or steps_of(model).may_be_filled(model, layout, rows) else rows


def _filled(data: Data, size: int) -> Data:
    """The rows, the last one repeated until there are so many."""
    missing = size - len(data)
    return Data(nest.mapped(lambda a: np.concatenate([a, np.repeat(a[-1:], missing, axis=0)]), data.x))
