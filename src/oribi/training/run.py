"""What fit, evaluate and the methods of one batch have in common: the step for some rows, its logs, a test, runs inside of runs."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from oribi import callbacks as cb
from oribi.context import context, current
from oribi.data import Part, Resident, Rows, Source

from .logs import as_floats
from .loop import Loop, MakeStep, warn_of_few
from .objectives import aligned
from .step import Step, layout_of
from .steps import Steps


def steps_of(model: Any) -> Steps:
    """The compiled steps of a model."""
    return model.__dict__.setdefault("_steps", Steps())


def step_for(model: Any, kind: str, part: Part) -> Step:
    """The compiled step for such batches, as the settings are now."""
    return steps_of(model).get(model, layout_of(kind, part))


def check_targets(model: Any, rows: Rows, step: Step) -> None:
    """Raise a ValueError if true values cannot be meant for the outputs that a step compares them with."""
    if step.compared is not None:
        objectives = model._objectives
        objectives.check(aligned("y", rows.y, objectives.outputs, default=lambda: None), step.compared)


def step_maker(model: Any, kind: str, source: Source) -> MakeStep:
    """What gives the step for batches of a source; it looks at the true values of a stream, which come only now."""
    if isinstance(source, Resident):
        return lambda part: step_for(model, kind, part)
    looked_at: Part | None = None

    def checked(part: Part) -> Step:
        nonlocal looked_at
        step = step_for(model, kind, part)
        if part is not looked_at:
            looked_at = part
            check_targets(model, part.rows.cut(part.row, part.row + part.size * part.count), step)
        return step

    return checked


def logs_of(model: Any, loop: Loop) -> dict[str, Any]:
    """What the last step of a loop returned, as Python numbers."""
    logs = model.get_metrics_result() if loop.step is None else loop.step.result.read()
    return as_floats(logs)


def test(
    model: Any, source: Source, limit: int | None, hooks: cb.CallbackList, bar: cb.ProgbarLogger
) -> dict[str, Any]:
    """Evaluate a model on a pass; returns the logs."""
    first = source.first()
    check_targets(model, first.rows, step_for(model, "test", first))
    steps = least(source.left(), limit)
    model.reset_metrics()
    hooks("on_test_begin")
    bar.start(steps)
    each = hooks.wants_batches("test")
    make_step = step_maker(model, "test", source)
    loop = Loop(source.parts(0, limit), make_step, (lambda n: hooks("on_test_batch_begin", n)) if each else None)
    done = 0
    with closing(loop.run()) as running:
        for done in running:
            if each:
                hooks("on_test_batch_end", done - 1, logs=logs_of(model, loop))
            if bar.verbose == 1 and done != steps:
                bar.update(done, logs_of(model, loop))
    warn_of_few(limit, done, "A test")
    source.end_epoch(done, None)
    logs = logs_of(model, loop)
    bar.finish(done, logs)
    hooks("on_test_end", logs=logs)
    return logs


def least(*numbers: int | None) -> int | None:
    """The least of the numbers that are known."""
    return min((number for number in numbers if number is not None), default=None)


class Run:
    """What a thread is busy with: a call of `fit`, `evaluate` or of a method of one batch.

    Attributes:
        model: what is trained or tested.
        outer: the run that this one lies inside of, as that of `evaluate` in a hook of `fit`.
        fit: the call of `fit`, where it is one.
    """

    def __init__(self, model: Any, outer: "Run | None") -> None:
        self.model, self.outer = model, outer
        self.fit: Any = None


def _of_model(model: Any) -> Iterator[Run]:
    """The runs of a model that this thread is busy with, the innermost first."""
    run = current.run
    while run is not None:
        if run.model is model:
            yield run
        run = run.outer


@contextmanager
def running(model: Any) -> Iterator[Run]:
    """A run. What the metrics of one that it lies inside of hold is put back when it ends."""
    inside = next(_of_model(model), None) is not None
    kept = [(v, v.numpy()) for metric in model.metrics for v in metric.variables] if inside else []
    run = Run(model, current.run)
    try:
        with context(run=run):
            yield run
    finally:
        for variable, value in kept:
            variable.assign(value)


def running_fit(model: Any) -> Any:
    """The call of `fit` that a model is busy with.

    Raises:
        RuntimeError: there is none.
    """
    fit = next((run.fit for run in _of_model(model) if run.fit is not None), None)
    if fit is None:
        raise RuntimeError(f"{model.describe()} is not in a call of fit()")
    return fit
