"""One step as a program: the batch gathered from the data, the model, the loss, the gradients, the optimizer, the metrics.

Nothing here computes: the model is called on symbols while variables are traced, and what comes out is compiled.
"""

from dataclasses import dataclass
from typing import Any

from oribi import engines, nest
from oribi.context import context
from oribi.data import Part
from oribi.data.batch import pack_x_y_sample_weight
from oribi.graph import elementwise as ew
from oribi.graph.indexing import gather
from oribi.graph.node import Node, parameter
from oribi.graph.program import OPEN, Program, make
from oribi.graph.reductions import broadcast_in_dim
from oribi.graph.structural import iota
from oribi.ops.core import full_node
from oribi.values import Tensor, Trace, as_node, tracing

from .logs import Logs


@dataclass(frozen=True)
class Layout:
    """What a step is compiled for; a change of any of it makes another step.

    Attributes:
        kind: `train`, `test` or `predict`.
        batch: rows of a step.
        ordered: rows are taken in a given order, rather than one after the other.
        columns: shape (without the first axis) and dtype of each array of the data.
        structures: how they were nested, in x, y and sample weights.
        engine: the name of the engine that compiles it; nothing where it is only traced.
    """

    kind: str
    batch: int
    ordered: bool
    columns: tuple[tuple[tuple[int, ...], str], ...]
    structures: tuple[nest.Structure, ...]
    engine: str = ""


def layout_of(kind: str, part: Part) -> Layout:
    rows = part.rows
    return Layout(kind, part.size, part.order is not None, rows.columns, rows.structures, engines.current().name)


class StepTrace(Trace):
    """The trace of a step.

    Attributes:
        compared: shapes of the predictions that the losses of `compile` compared with true values; None where they did not.
    """

    compared: list[tuple[int, ...]] | None = None


def traced(model: Any, layout: Layout, trace: Trace) -> tuple[Program, Any]:
    """A step as a program, and what it returns: the `Logs` of `train` and `test`, the predictions of `predict`."""
    inputs, rows, row, next_row = _rows(layout)
    with tracing(trace):
        batch = [Tensor(gather(column, rows, 0)) for column in inputs[: len(layout.columns)]]
        data = pack_x_y_sample_weight(*nest.pack(("list", layout.structures), batch))
        if layout.kind == "predict":
            result = model.predict_step(data)
            outputs = [as_node(tensor) for tensor in nest.flatten(result)]
        else:
            result, outputs = Logs(_logs(model, f"{layout.kind}_step", data), trace), []
    model.forget_losses()  # they are nodes of this trace
    state = [(row, next_row), *((node, trace.current[v]) for v, node in trace.read_as.items())]
    return make(inputs, state, outputs), result


def _logs(model: Any, method: str, data: Any) -> dict[str, Any]:
    """What a step of training or of a test returns."""
    with context(training=method == "train_step"):
        logs = getattr(model, method)(data)
    if not isinstance(logs, dict):
        raise TypeError(
            f"{model.describe()}: {method} must return a dict of metrics by name, got {type(logs).__name__}"
        )
    return logs


class Step:
    """A compiled step: what to call, and the variables that it reads and replaces.

    Attributes:
        layout: what it was compiled for.
        result: its `Logs`, or how predictions are nested.
        compared: as in `StepTrace`.
        variables, assigned: what it reads, and which of it it replaces.
        checks: the variable of each condition on values, by the message of the error.
    """

    def __init__(self, model: Any, layout: Layout) -> None:
        self.layout = layout
        trace = StepTrace()
        program, result = traced(model, layout, trace)
        self.result = nest.structure(result) if layout.kind == "predict" else result
        self.compared = trace.compared
        self.variables = list(trace.read_as)
        self.assigned = [trace.current[v] is not node for v, node in trace.read_as.items()]
        self.checks = trace.checks
        self.engine = engines.engine(layout.engine)
        self.executable = self.engine.compile(program)


class Bound:
    """A step bound to the arrays of a part, from a row on. Variables whose buffer was replaced in the meantime are bound anew
    before the next call."""

    def __init__(self, step: Step, part: Part, row: int) -> None:
        self.step, self._part = step, part
        self.inputs = [*part.rows.arrays, *([part.order] if part.order is not None else [])]
        self.row = step.engine.buffer(row, "int64")
        self.buffers: list[engines.Buffer] = []
        self.call: engines.Call | None = None

    def begin(self, step: Step, part: Part, row: int) -> bool:
        """Go on from a row of a part, if it is one of the arrays and the step that are bound; says whether it is."""
        if (
            step is not self.step
            or part.rows is not self._part.rows
            or part.order is not self._part.order
            or part.outputs
        ):
            return False
        self.row.write(row)
        return True

    def run(self, first: int, most: int) -> int:
        """Run steps from `first` on, as many as fit into a call; returns how many."""
        count = self._ready().advance(first, most)
        self._raise_failed_checks()
        return count

    def _raise_failed_checks(self) -> None:
        for message, variable in self.step.checks.items():
            if variable.array():
                variable.store(False)
                raise ValueError(message)

    def _ready(self) -> engines.Call:
        """The call, on the variables' present buffers."""
        engine, pairs = self.step.engine, zip(self.step.variables, self.step.assigned, strict=True)
        buffers = [v.own_buffer(engine) if assigned else v.buffer(engine) for v, assigned in pairs]
        if self.call is None or any(a is not b for a, b in zip(buffers, self.buffers, strict=True)):
            self.buffers = buffers
            self.call = self.step.executable.bind(self.inputs, [self.row, *buffers], self._part.outputs)
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
