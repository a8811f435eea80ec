"""Recurrent layers: a cell, called for each step of a sequence with the state that the step before left."""

from collections.abc import Callable, Sequence
from typing import Any

from oribi import nest, ops
from oribi.config import families
from oribi.config.serialization import deserialize, serialize
from oribi.values import Variable

from .base.layer import Layer
from .base.shapes import Shape


class StackedRNNCells(Layer):
    """Several cells as one: each takes what the one before gives.

    Input shape: what the first cell takes. Output shape: what the last one gives.

    Args:
        cells: the cells, the first of which sees the inputs.

    >>> from oribi.layers import LSTMCell, RNN
    >>> RNN(StackedRNNCells([LSTMCell(4), LSTMCell(3)]))(ops.ones((2, 5, 6))).shape
    (2, 3)
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            _check_cell(cell)
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        return _output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int) -> list[Any]:
        return [_initial_state(cell, batch_size, self.dtype) for cell in self.cells]

    def build(self, input_shape: Shape) -> None:
        for cell in self.cells:
            _build_cell(cell, input_shape)
            input_shape = (input_shape[0], *_as_shape(_output_size(cell)))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:  # type: ignore[override]
        new_states = []
        for cell, state in zip(self.cells, states, strict=True):
            inputs, new = _step(cell, inputs, _listed(state), training)
            new_states.append(new if isinstance(state, list | tuple) else new[0])
        return inputs, new_states

    def begin(self, inputs: Any, states: Any) -> None:
        """Draw the cells' dropout masks for a sequence."""
        for cell, state in zip(self.cells, states, strict=True):
            _begin(cell, inputs, _listed(state))
            inputs = ops.zeros((inputs.shape[0], *_as_shape(_output_size(cell))))

    def end(self) -> None:
        for cell in self.cells:
            _end(cell)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cells": [serialize(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "StackedRNNCells":
        return cls(**{**config, "cells": [layer_of(cell) for cell in config["cells"]]})


class RNN(Layer):
    """A cell run along a sequence.

    Input shape: `(batch, steps, *features)`. Output shape: `(batch, *output_size)` of the cell, or `(batch, steps,
    *output_size)` with `return_sequences`.

    Args:
        cell: has `call(inputs, states) -> (output, new states)` and `state_size`, a number or a list of them; may have
            `output_size` and `get_initial_state(batch_size)`. A list of cells is stacked.
        return_sequences: give the outputs of all steps, not only the last one's.
        return_state: give the last states too, behind the output.
        go_backwards: begin with the last step; outputs come in the order in which they are computed.
        stateful: begin a batch where the one before ended, row by row; `reset_state()` begins anew.
        unroll: as many copies of the cell as there are steps, in place of a loop.
        zero_output_for_mask: the output of a step that is masked is zero; else it is that of the step before.

    Call arguments:
        sequences: `(batch, steps, *features)`.
        initial_state: the states to begin with, a list; zeros by default.
        mask: `(batch, steps)`, false where a step is to be left out: states stay as they were.
        training: for dropout in the cell.

    Raises:
        ValueError: stateful without a known batch size, or inputs of another batch size or number of axes.

    >>> from oribi.layers import GRUCell
    >>> RNN(GRUCell(4), return_sequences=True)(ops.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    supports_masking = True
    sequence_rank: int | None = None  # of the inputs, where the kind of cell says so

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cell = StackedRNNCells(cell) if isinstance(cell, list | tuple) else cell
        _check_cell(self.cell)
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.stateful, self.unroll = go_backwards, stateful, unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.states: Any = None

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    # --- weights and states ---

    def build(self, input_shape: Shape) -> None:
        self._check_rank(tuple(input_shape))
        _build_cell(self.cell, (input_shape[0], *input_shape[2:]))
        if self.stateful and self.states is None:
            if input_shape[0] is None:
                raise ValueError(
                    f"{self.describe()}: stateful=True needs a batch size that is known: give it to Input(..., batch_size=...)"
                )
            first = self.get_initial_state(input_shape[0])
            states = nest.mapped(lambda s: Variable(s, trainable=False, name="rnn_state"), first)
            object.__setattr__(self, "states", states)  # not tracked: they are no weights

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """Zeros, or what the cell begins with."""
        return _listed(_initial_state(self.cell, batch_size, self.dtype))

    def reset_state(self) -> None:
        """Set the states of a stateful layer to zero."""
        for state in nest.flatten(self.states) if self.states is not None else ():
            state.assign(ops.zeros(state.shape, dtype=state.dtype))

    reset_states = reset_state

    def _check_rank(self, shape: Shape) -> None:
        rank = self.sequence_rank
        if len(shape) < 3 or (rank is not None and len(shape) != rank):
            expected = f"{rank} dimensions" if rank else "at least 3 dimensions"
            raise ValueError(
                f"{self.describe()}: expected inputs of {expected}, (batch, steps, *features), got shape {shape}. "
                "Add the missing axis, for instance with inputs[..., None]."
            )

    def check_input(self, inputs: Any) -> None:
        shape = tuple(inputs.shape)
        self._check_rank(shape)
        if self.stateful and self.states is not None:
            expected_rows = nest.flatten(self.states)[0].shape[0]
            if expected_rows != shape[0]:
                raise ValueError(
                    f"{self.describe()} is stateful: it keeps states for {expected_rows} rows, and the batch has {shape[0]}. "
                    "Use batches of one size (drop the last partial one, or choose a batch_size that divides the data)."
                )

    # --- computing ---

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        state = self._first_state(initial_state, sequences.shape[0])
        if training:
            _begin(self.cell, ops.zeros((sequences.shape[0], *sequences.shape[2:])), state)
        try:
            last, outputs, states = self._run(sequences, state, mask, training)
        finally:
            _end(self.cell)
        if self.stateful:
            for variable, value in zip(nest.flatten(self.states), nest.flatten(states), strict=True):
                variable.assign(value)
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def _first_state(self, given: Any, batch: int) -> list[Any]:
        if given is None:
            given = self.states if self.stateful else self.get_initial_state(batch)
        expected = self.get_initial_state(batch)
        state = nest.mapped(lambda s: ops.convert_to_tensor(s, dtype=self.dtype), _listed(given))
        shapes = [tuple(s.shape) for s in nest.flatten(state)]
        wanted = [tuple(s.shape) for s in nest.flatten(expected)]
        if shapes != wanted:
            raise ValueError(f"{self.describe()}: initial_state must have the shapes {wanted}, got {shapes}")
        return nest.pack(nest.structure(expected), nest.flatten(state))

    def _run(self, sequences: Any, state: list[Any], mask: Any, training: bool) -> tuple[Any, Any, list[Any]]:
        """The last output, all outputs if they are asked for, and the last states."""
        if self.unroll and sequences.shape[1] > UNROLLED:
            raise ValueError(
                f"{self.describe()}: unroll=True with {sequences.shape[1]} steps; at most {UNROLLED} can be. With unroll=False any "
                "number will do"
            )
        steps = {"x": _time_first(sequences)}
        if mask is not None:
            steps["mask"] = _time_first(ops.cast(mask, "bool"))
        if self.go_backwards:
            steps = {name: ops.flip(x, 0) for name, x in steps.items()}
        structure = nest.structure(state)

        def step(carry: Any, now: Any) -> tuple[Any, Any]:
            output, new = _step(self.cell, now["x"], carry[1], training)
            if "mask" in now:
                before = ops.zeros_like(output) if self.zero_output_for_mask else carry[0]
                output = _chosen(now["mask"], output, before)
                old = nest.flatten(carry[1])
                new = [_chosen(now["mask"], n, o) for n, o in zip(nest.flatten(new), old, strict=True)]
            return (output, nest.pack(structure, nest.flatten(new))), output if self.return_sequences else None

        carry = (ops.zeros(self._output_shape_of_step(state), dtype=self.dtype), state)
        (last, states), outputs = (_unrolled if self.unroll else ops.scan)(step, carry, steps)
        return last, None if outputs is None else _time_first(outputs), states

    def _output_shape_of_step(self, state: list[Any]) -> tuple[int, ...]:
        first = nest.flatten(state)[0]
        size = getattr(self.cell, "output_size", None)
        return tuple(first.shape) if size is None else (first.shape[0], *_as_shape(size))

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        previous = previous[0] if isinstance(previous, list | tuple) else previous
        mask = previous if self.return_sequences else None
        if not self.return_state:
            return mask
        return [mask, *(None for _ in _listed(self.state_size))]

    def get_config(self) -> dict[str, Any]:
        own = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")
        config = {**super().get_config(), **{name: getattr(self, name) for name in own}}
        return {**config, "cell": serialize(self.cell)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "RNN":
        return cls(**{**config, "cell": layer_of(config["cell"])})


UNROLLED = 10_000  # steps of which there may be copies


def _unrolled(step: Callable[[Any, Any], tuple[Any, Any]], carry: Any, steps: dict[str, Any]) -> tuple[Any, Any]:
    """What `ops.scan` does, with a copy of the step for each."""
    kept = []
    for t in range(steps["x"].shape[0]):
        carry, output = step(carry, {name: x[t] for name, x in steps.items()})
        kept.append(output)
    return carry, ops.stack(kept) if kept and kept[0] is not None else None


def _time_first(x: Any) -> Any:
    """The first two axes swapped: (batch, steps, ...) to (steps, batch, ...) and back."""
    return ops.transpose(x, (1, 0, *range(2, x.ndim)))


def _chosen(mask: Any, new: Any, old: Any) -> Any:
    """Row by row the new value where a step is there, else the old one."""
    return ops.where(ops.reshape(mask, (mask.shape[0], *(1,) * (new.ndim - 1))), new, old)


# --- cells of any kind ------------------------------------------------------------------------------------------------


def _check_cell(cell: Any) -> None:
    for needed in ("call", "state_size"):
        if not hasattr(cell, needed):
            raise ValueError(f"a cell needs a `{needed}`: {cell!r} has none")


def _listed(states: Any) -> list[Any]:
    return list(states) if isinstance(states, list | tuple) else [states]


def _as_shape(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, list | tuple) else (size,)


def _output_size(cell: Any) -> Any:
    size = getattr(cell, "output_size", None)
    return _listed(cell.state_size)[0] if size is None else size


def _build_cell(cell: Any, input_shape: Shape) -> None:
    if isinstance(cell, Layer):
        cell.build_once(input_shape)


def _initial_state(cell: Any, batch_size: int, dtype: str) -> Any:
    if hasattr(cell, "get_initial_state"):
        return cell.get_initial_state(batch_size=batch_size)
    zeros = [ops.zeros((batch_size, *_as_shape(size)), dtype=dtype) for size in _listed(cell.state_size)]
    return zeros if isinstance(cell.state_size, list | tuple) else zeros[0]


def _step(cell: Any, inputs: Any, states: list[Any], training: bool) -> tuple[Any, list[Any]]:
    """The output of a cell and its new states, always a list."""
    if isinstance(cell, Layer):
        output, new = cell(inputs, states, training=training)
    else:
        output, new = cell.call(inputs, states)
    return output, _listed(new)


def _begin(cell: Any, inputs: Any, states: list[Any]) -> None:
    """Let a cell draw what stays the same for a whole sequence."""
    if hasattr(cell, "begin"):
        cell.begin(inputs, states)


def _end(cell: Any) -> None:
    if hasattr(cell, "end"):
        cell.end()


def layer_of(config: Any) -> Any:
    """A layer for its config; a layer stays what it is."""
    return config if isinstance(config, Layer) else deserialize(config, families.table("layers"), "layer")
