"""What fit, evaluate and the methods of one batch have in common: the step for some rows, its logs, a test, runs inside of runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from oribi import callbacks as cb

from .data import Data
from .logs import as_floats
from .loop import Loop, batches, parts_of, warn_of_few
from .objectives import aligned
from .step import Step, layout_of
from .steps import Steps


def steps_of(model: Any) -> Steps:
    """The compiled steps of a model."""
    return model.__dict__.setdefault("_steps", Steps())


def step_for(model: Any, kind: str, size: int, data: Data, ordered: bool = False) -> Step:
    """The compiled step for a number of rows of such data, as the settings are now."""
    return steps_of(model).get(model, layout_of(kind, size, ordered, data))


def check_targets(model: Any, data: Data, step: Step) -> None:
    """Raise a ValueError if the true values as a whole cannot be meant for the outputs that a step compares them with."""
    if step.compared is not None:
        objectives = model._objectives
        objectives.check(aligned("y", data.y, objectives.outputs, default=lambda: None), step.compared)


def logs_of(model: Any, loop: Loop) -> dict[str, Any]:
    """What the last step of a loop returned, as Python numbers."""
    logs = model.get_metrics_result() if loop.step is None else loop.step.result.read()
    return as_floats(logs)


def test(
    model: Any, data: Data, batch: int, limit: int | None, hooks: cb.CallbackList, bar: cb.ProgbarLogger
) -> dict[str, Any]:
    """Evaluate a model; returns the logs."""
    check_targets(model, data, step_for(model, "test", min(batch, len(data)), data))
    warn_of_few(limit, batches(len(data), batch), "A test")
    loop = Loop(parts_of(data, batch, last=limit), lambda size: step_for(model, "test", size, data))
    model.reset_metrics()
    hooks("on_test_begin")
    bar.start(loop.steps)
    each = hooks.wants_batches("test")
    if each:
        hooks("on_test_batch_begin", 0)
    for done in loop.run(each):
        if each:
            hooks("on_test_batch_end", done - 1, logs=logs_of(model, loop))
            if done < loop.steps:
                hooks("on_test_batch_begin", done)
        if bar.verbose == 1 and done < loop.steps:
            bar.update(done, logs_of(model, loop))
    logs = logs_of(model, loop)
    bar.finish(loop.steps, logs)
    hooks("on_test_end", logs=logs)
    return logs


class Run:
    """What a model is busy with.

    Attributes:
        outer: the run that this one lies inside of, as that of `evaluate` in a hook of `fit`.
        fit: the call of `fit`, where it is one.
    """

    def __init__(self, outer: "Run | None") -> None:
        self.outer = outer
        self.fit: Any = None


@contextmanager
def running(model: Any) -> Iterator[Run]:
    """A run. What the metrics of one that it lies inside of hold is put back when it ends."""
    run = Run(model.__dict__.get("_run"))
    kept = [(v, v.numpy()) for metric in model.metrics for v in metric.variables] if run.outer else []
    model.__dict__["_run"] = run  # not as an attribute: that of a layer is tracked
    try:
        yield run
    finally:
        model.__dict__["_run"] = run.outer
        for variable, value in kept:
            variable.assign(value)


def running_fit(model: Any) -> Any:
    """The call of `fit` that a model is busy with.

    Raises:
        RuntimeError: there is none.
    """
    run = model.__dict__.get("_run")
    while run is not None and run.fit is None:
        run = run.outer
    if run is None:
        raise RuntimeError(f"{model.describe()} is not in a call of fit()")
    return run.fit
