"""Predict: the model's output for each row."""

from typing import Any

import numpy as np

from oribi import callbacks as cb
from oribi import nest

from .data import Data
from .loop import Loop, batches, parts_of, warn_of_few
from .run import step_for


def predict(
    model: Any, data: Data, batch: int, limit: int | None, hooks: cb.CallbackList, bar: cb.ProgbarLogger
) -> Any:
    """The outputs for the rows, or for those of the first `limit` batches, nested as the model gives them."""
    warn_of_few(limit, batches(len(data), batch), "A prediction")
    rows = len(data) if limit is None else min(len(data), limit * batch)
    data = data.rows(0, rows)
    first = step_for(model, "predict", min(batch, rows), data)
    outputs = [np.empty((rows, *o.shape[1:]), o.dtype) for o in first.executable.program.outputs]
    loop = Loop(parts_of(data, batch, outputs=outputs), lambda size: step_for(model, "predict", size, data))
    hooks("on_predict_begin")
    bar.start(loop.steps)
    each = hooks.wants_batches("predict")
    if each:
        hooks("on_predict_batch_begin", 0)
    for done in loop.run(each):
        if each:
            part = [o[(done - 1) * batch : done * batch] for o in outputs]
            hooks("on_predict_batch_end", done - 1, logs={"outputs": nest.pack(first.result, part)})
            if done < loop.steps:
                hooks("on_predict_batch_begin", done)
        bar.update(done, {})
    bar.finish(loop.steps, {})
    hooks("on_predict_end")
    return nest.pack(first.result, outputs)
