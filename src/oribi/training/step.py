"""One step as a program: the batch gathered from the data, the model, the loss, the gradients, the optimizer, the metrics.

Nothing here computes: the model is called on symbols while variables are traced, and what comes out is compiled.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oribi import nest
from oribi.engines.cpu import Call, Executable
from oribi.graph import elementwise as ew
from oribi.graph.dtypes import name_of
from oribi.graph.grad import grad
from oribi.graph.indexing import gather
from oribi.graph.node import Node, parameter
from oribi.graph.program import OPEN, Program, make
from oribi.graph.reductions import broadcast_in_dim
from oribi.graph.structural import iota
from oribi.layers.layer import training_phase
from oribi.ops.core import as_node, cast_node, full_node
from oribi.tensor import Tensor, Trace, Variable, tracing

from .data import Data

CALL_SECONDS = 0.05  # how long a native call lasts: progress moves and Ctrl-C answers in between


@dataclass(frozen=True)
class Layout:
    """What a step is compiled for; a change of any of it makes another step.

    Attributes:
        kind: `train`, `test` or `predict`.
        batch: rows of a step.
        ordered: rows are taken in a given order, rather than one after the other.
        columns: shape (without the first axis) and dtype of each array of the data.
        structures: how they were nested, in x, y and sample weights.
    """

    kind: str
    batch: int
    ordered: bool
    columns: tuple[tuple[tuple[int, ...], str], ...]
    structures: tuple[nest.Structure, ...]


def layout_of(kind: str, batch: int, ordered: bool, data: Data) -> Layout:
    columns = tuple((a.shape[1:], name_of(a.dtype)) for a in data.arrays())
    return Layout(kind, batch, ordered, columns, tuple(map(nest.structure, data.parts())))


class Step:
    """A compiled step: what to call, and the variables that it reads and replaces.

    Attributes:
        layout: what it was compiled for.
        output_shapes: of the model's outputs, the batch first.
        output_structure: how they are nested.
        variables, assigned: what it reads, and which of it it replaces.
        told: variables that hold what a step of the user's own returned.
    """

    def __init__(self, model: Any, layout: Layout) -> None:
        self.layout = layout
        program, y_pred, trace = traced(model, layout, Trace())
        self.output_shapes = [tensor.shape for tensor in nest.flatten(y_pred)]
        self.output_structure = nest.structure(y_pred)
        self.variables = list(trace.read_as)
        self.assigned = [trace.current[v] is not node for v, node in trace.read_as.items()]
        self.checks = trace.checks
        self.told = trace.told
        self.executable = Executable(program)

    def bind(self, data: Data, order: np.ndarray | None, row: np.ndarray, outputs: Sequence[np.ndarray]) -> "Bound":
        return Bound(self, [*data.arrays(), *([order] if order is not None else [])], row, outputs)


def traced(model: Any, layout: Layout, trace: Trace) -> tuple[Program, Any, Trace]:
    """A step as a program, the model's predictions in it, and the variables that were read and assigned."""
    inputs, rows, row, next_row = _rows(layout)
    with tracing(trace):
        batch = [Tensor(gather(column, rows, 0)) for column in inputs[: len(layout.columns)]]
        parts = [*nest.pack(("list", layout.structures), batch), None, None][:3]
        outputs, y_pred = _KINDS[layout.kind](model, trace, *parts)
    model.forget_losses()  # they are nodes of this trace
    state = [(row, next_row), *((node, trace.current[v]) for v, node in trace.read_as.items())]
    return make(inputs, state, outputs), y_pred, trace


class Bound:
    """A step bound to data. Variables whose array was replaced in the meantime are bound anew before the next call."""

    def __init__(self, step: Step, inputs: list[np.ndarray], row: np.ndarray, outputs: Sequence[np.ndarray]) -> None:
        self.step, self.inputs, self.row, self.outputs = step, inputs, row, outputs
        self.arrays: list[np.ndarray] = []
        self.call: Call | None = None
        self.slice = 1

    def run(self, first: int, most: int) -> int:
        """Run steps from `first` on, as many as take about CALL_SECONDS; returns how many."""
        count = min(self.slice, most)
        call = self._ready()
        start = time.perf_counter()
        call(first, first + count)
        self._tell_what_failed()
        took = max(time.perf_counter() - start, 1e-7)
        self.slice = max(1, min(8 * self.slice, int(count * CALL_SECONDS / took)))
        return count

    def _tell_what_failed(self) -> None:
        for message, variable in self.step.checks.items():
            if variable.own_array():
                variable.own_array()[...] = False
                raise ValueError(message)

    def _ready(self) -> Call:
        """The call, on the variables' present arrays."""
        pairs = zip(self.step.variables, self.step.assigned, strict=True)
        arrays = [v.own_array() if assigned else v.array() for v, assigned in pairs]
        if self.call is None or any(a is not b for a, b in zip(arrays, self.arrays, strict=True)):
            self.arrays = arrays
            self.call = self.step.executable.bind(self.inputs, [self.row, *arrays], self.outputs)
        return self.call


def _rows(layout: Layout) -> tuple[list[Node], Node, Node, Node]:
    """The inputs, the rows of this batch, and the counter of rows with its next value."""
    inputs = [parameter(f"column{i}", (OPEN, *shape), dtype) for i, (shape, dtype) in enumerate(layout.columns)]
    row = parameter("row", (), "int64")
    first = broadcast_in_dim(row, (layout.batch,), ())
    rows = ew.add(first, iota(shape=(layout.batch,), dtype="int64", axis=0))
    if layout.ordered:
        order = parameter("order", (OPEN,), "int64")
        inputs.append(order)
        rows = gather(order, rows, 0)
    return inputs, rows, row, ew.add(row, full_node(layout.batch, (), "int64"))


Traced = tuple[list[Node], Any]


def _forward(model: Any, x: Any, y: Any, weights: Any, training: bool) -> tuple[Any, Any]:
    """The prediction and the loss of a batch."""
    with training_phase(training):
        y_pred = model(x, training=training)
        loss = model.compute_loss(x, y, y_pred, weights, training=training)
    return y_pred, loss


def _own_step(model: Any, method: str, trace: Trace, x: Any, y: Any, weights: Any) -> Traced:
    """A step that the user wrote: what it returns is kept, to be read when the native call is over."""
    data = tuple(part for part in (x, y, weights) if part is not None)
    with training_phase(method == "train_step"):
        logs = getattr(model, method)(data)
    if not isinstance(logs, dict):
        raise TypeError(
            f"{model.describe()}: {method} must return a dict of metrics by name, got {type(logs).__name__}"
        )
    for name, value in logs.items():
        trace.write(
            trace.told.setdefault(name, Variable(0.0, trainable=False, name=name)), cast_node(as_node(value), "float32")
        )
    return [], []


def _train(model: Any, trace: Trace, x: Any, y: Any, weights: Any) -> Traced:
    if model.has_own("train_step"):
        return _own_step(model, "train_step", trace, x, y, weights)
    y_pred, loss = _forward(model, x, y, weights, True)
    variables = [v for v in model.trainable_variables if v in trace.read_as]
    gradients = grad(loss.node, [trace.read_as[v] for v in variables])
    model.optimizer.apply([Tensor(g) for g in gradients], variables)
    model.update_metrics(y, y_pred, weights, loss)
    return [], y_pred


def _test(model: Any, trace: Trace, x: Any, y: Any, weights: Any) -> Traced:
    if model.has_own("test_step"):
        return _own_step(model, "test_step", trace, x, y, weights)
    y_pred, loss = _forward(model, x, y, weights, False)
    model.update_metrics(y, y_pred, weights, loss)
    return [], y_pred


def _predict(model: Any, trace: Trace, x: Any, y: Any, weights: Any) -> Traced:
    y_pred = model(x, training=False)
    return [tensor.node for tensor in nest.flatten(y_pred)], y_pred


_KINDS: dict[str, Callable[..., Traced]] = {"train": _train, "test": _test, "predict": _predict}


def variables_state(model: Any) -> tuple[Any, ...]:
    """What a step depends on beside its layout: which weights train, and with what loss and optimizer."""
    trained = tuple(id(v) for v in model.trainable_variables)
    return trained, id(getattr(model, "optimizer", None)), id(getattr(model, "_objectives", None))
