"""The cells that everybody uses, SimpleRNN, LSTM and GRU, and the layers that run them along a sequence."""

from typing import Any

from oribi import activations, initializers, ops, random, regularizers
from oribi.config.serialization import serialize
from oribi.random.random import check_seed
from oribi.utils import checked

from .base.shapes import Shape
from .base.weighted import Weighted, known_axis
from .recurrent import RNN


class GatedCell(Weighted):
    """What the cells share: a kernel for the inputs, one for the state, and dropout on either, with the gates side by side.

    Args:
        units: size of the state.
        dropout, recurrent_dropout: which part of the inputs, and of the state, is dropped. One mask serves a whole sequence
            (Gal and Ghahramani, 2016).
        seed: of the masks.
        implementation: 1 draws masks for each gate, as recurrent dropout always does; 2, the default, one for all.
    """

    constrained = ("kernel", "recurrent", "bias")
    recurrent_constraint: Any
    gates: int
    gate_axis = -1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            recurrent_constraint=recurrent_constraint,
            **kwargs,
        )
        self.units = checked.positive(type(self).__name__, "units", units)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.dropout, self.recurrent_dropout = (min(1.0, max(0.0, float(r))) for r in (dropout, recurrent_dropout))
        check_seed(seed)
        self.seed, self.implementation = seed, 1 if recurrent_dropout else implementation
        if self.dropout or self.recurrent_dropout:
            self.seed_generator = random.SeedGenerator(seed)
        self._masks: dict[str, list[Any]] = {}

    @property
    def state_size(self) -> Any:
        return self.units

    @property
    def output_size(self) -> int:
        return self.units

    def get_initial_state(self, batch_size: int) -> Any:
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [ops.zeros((batch_size, size), dtype=self.dtype) for size in sizes]

    def build(self, input_shape: Shape) -> None:
        width = self.gates * self.units
        of_inputs, of_state = self.kernel_shapes(input_shape)
        self.kernel = self.add_kernel((*of_inputs, width))
        self.recurrent_kernel = self.add_weight(
            (*of_state, width),  # type: ignore[arg-type]
            self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )
        self.bias = self.make_bias(width)

    def kernel_shapes(self, input_shape: Shape) -> tuple[Shape, Shape]:
        """The shapes of the kernels for the inputs and for the state, but for their last axis, which holds the gates."""
        return (known_axis(self, input_shape),), (self.units,)

    def make_bias(self, width: int) -> Any:
        return self.add_bias(width)

    # --- dropout ---

    def begin(self, inputs: Any, states: list[Any]) -> None:
        """Draw the masks for a sequence."""
        self._masks = {
            "dropout": self._drawn(inputs, "dropout"),
            "recurrent_dropout": self._drawn(states[0], "recurrent_dropout"),
        }

    def end(self) -> None:
        self._masks = {}

    def _drawn(self, like: Any, which: str) -> list[Any]:
        rate, count = getattr(self, which), self.gates if self.implementation == 1 else 1
        if not 0 < rate < 1:
            return []
        return [
            random.dropout(ops.ones(like.shape, dtype=self.dtype), rate, seed=self.seed_generator) for _ in range(count)
        ]

    def dropped(self, x: Any, which: str, training: bool) -> list[Any]:
        """The values under dropout: one for all gates, or one for each."""
        masks = (self._masks.get(which) or self._drawn(x, which)) if training else []
        return [ops.multiply(x, mask) for mask in masks] or [x]

    def project(self, x: Any, kernel: Any, which: str, training: bool) -> Any:
        """The values times a kernel, gates side by side."""
        parts = self.dropped(x, which, training)
        if len(parts) == 1:
            return self.product(parts[0], kernel, which)
        kernels = ops.split(kernel, len(parts), axis=-1)
        products = [self.product(p, k, which) for p, k in zip(parts, kernels, strict=True)]
        return ops.concatenate(products, axis=self.gate_axis)

    def product(self, x: Any, kernel: Any, which: str) -> Any:
        return ops.matmul(x, kernel)

    def with_bias(self, x: Any, bias: Any) -> Any:
        if bias is None:
            return x
        return ops.add(x, bias if self.gate_axis == -1 else ops.reshape(bias, (-1, *(1,) * (x.ndim - 2))))

    def get_config(self) -> dict[str, Any]:
        own = ("units", "dropout", "recurrent_dropout", "seed", "implementation")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in own},
            "recurrent_initializer": serialize(self.recurrent_initializer),
            "recurrent_regularizer": serialize(self.recurrent_regularizer),
        }


class SimpleRNNCell(GatedCell):
    """One step of an Elman network (Elman, 1990): `h = activation(x W + h U + b)`.

    Input shape: `(batch, features)`. Output shape: `(batch, units)`.

    Args:
        units: size of the state.
        activation: `tanh` by default.
        kwargs: as for `LSTMCell`.
        recurrent_initializer: name or object.
        recurrent_regularizer: a penalty added to the loss.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.

    >>> SimpleRNNCell(4)(ops.ones((2, 3)), [ops.zeros((2, 4))])[0].shape
    (2, 4)
    """

    gates = 1

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["implementation"]  # Keras takes none here
        return config

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:  # type: ignore[override]
        (before,) = states if isinstance(states, list | tuple) else (states,)
        x = self.with_bias(self.project(inputs, self.kernel, "dropout", training), self.bias)
        h = self.activation(ops.add(x, self.project(before, self.recurrent_kernel, "recurrent_dropout", training)))
        return h, [h] if isinstance(states, list | tuple) else h


class LSTMCell(GatedCell):
    """One step of a long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gate, Gers et al., 2000).

    Input shape: `(batch, features)`. Output shape: `(batch, units)`.

    Args:
        units: size of the state.
        activation: of the candidate and the output, `tanh` by default.
        recurrent_activation: of the gates, `sigmoid` by default.
        use_bias: whether there is a bias.
        unit_forget_bias: the forget gate's bias starts at one (Jozefowicz et al., 2015).
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        dropout, recurrent_dropout: which part of the inputs, and of the state, is dropped.
        seed: of the dropout masks.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.

    Weights: kernel `(features, 4 * units)`, recurrent_kernel `(units, 4 * units)`, bias `(4 * units,)`; the gates are input,
    forget, candidate, output.

    >>> output, (h, c) = LSTMCell(4)(ops.ones((2, 3)), [ops.zeros((2, 4)), ops.zeros((2, 4))])
    >>> c.shape
    (2, 4)
    """

    gates = 4

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias

    @property
    def state_size(self) -> Any:
        return [self.units, self.units]

    def make_bias(self, width: int) -> Any:
        bias = self.add_bias(width)
        if bias is not None and self.unit_forget_bias:
            forget = range(self.units, 2 * self.units)
            bias.assign(ops.where([i in forget for i in range(width)], 1.0, bias.value))
        return bias

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:  # type: ignore[override]
        h, c = states
        x = self.project(inputs, self.kernel, "dropout", training)
        z = ops.add(x, self.project(h, self.recurrent_kernel, "recurrent_dropout", training))
        i, f, candidate, o = ops.split(self.with_bias(z, self.bias), 4, axis=self.gate_axis)
        kept = ops.multiply(self.recurrent_activation(f), c)
        c = ops.add(kept, ops.multiply(self.recurrent_activation(i), self.activation(candidate)))
        h = ops.multiply(self.recurrent_activation(o), self.activation(c))
        return h, [h, c]

    def get_config(self) -> dict[str, Any]:
        own = {"unit_forget_bias": self.unit_forget_bias, "recurrent_activation": serialize(self.recurrent_activation)}
        return {**super().get_config(), **own}


class GRUCell(GatedCell):
    """One step of a gated recurrent unit (Cho et al., 2014).

    Input shape: `(batch, features)`. Output shape: `(batch, units)`.

    Args:
        units: size of the state.
        reset_after: the reset gate acts on the state's product with its kernel (as cuDNN does), not on the state itself.
        kwargs: as for `LSTMCell`.
        recurrent_activation: of the gates.
        recurrent_initializer: name or object.
        recurrent_regularizer: a penalty added to the loss.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.

    Weights: kernel `(features, 3 * units)`, recurrent_kernel `(units, 3 * units)`, bias `(2, 3 * units)`, or `(3 * units,)` without
    `reset_after`; the gates are update, reset, candidate.

    >>> GRUCell(4)(ops.ones((2, 3)), [ops.zeros((2, 4))])[0].shape
    (2, 4)
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = reset_after

    def make_bias(self, width: int) -> Any:
        return self.add_bias(2, width) if self.reset_after else self.add_bias(width)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:  # type: ignore[override]
        (before,) = states if isinstance(states, list | tuple) else (states,)
        both = self.bias is not None and self.reset_after
        of_inputs, of_state = (self.bias[0], self.bias[1]) if both else (self.bias, None)  # type: ignore[index]
        x = self.with_bias(self.project(inputs, self.kernel, "dropout", training), of_inputs)
        x_update, x_reset, x_new = ops.split(x, 3, axis=-1)
        if self.reset_after:
            inner = self.with_bias(self.project(before, self.recurrent_kernel, "recurrent_dropout", training), of_state)
            h_update, h_reset, h_new = ops.split(inner, 3, axis=-1)
        else:
            k_update, k_reset, k_new = ops.split(self.recurrent_kernel, 3, axis=-1)
            parts = self.dropped(before, "recurrent_dropout", training)
            h_update, h_reset = ops.matmul(parts[0], k_update), ops.matmul(parts[min(1, len(parts) - 1)], k_reset)
        update = self.recurrent_activation(ops.add(x_update, h_update))
        reset = self.recurrent_activation(ops.add(x_reset, h_reset))
        h_new = ops.multiply(reset, h_new) if self.reset_after else ops.matmul(ops.multiply(reset, parts[-1]), k_new)
        new = self.activation(ops.add(x_new, h_new))
        h = ops.add(ops.multiply(update, before), ops.multiply(ops.subtract(1.0, update), new))
        return h, [h] if isinstance(states, list | tuple) else h

    def get_config(self) -> dict[str, Any]:
        own = {"reset_after": self.reset_after, "recurrent_activation": serialize(self.recurrent_activation)}
        return {**super().get_config(), **own}


# --- layers -----------------------------------------------------------------------------------------------------------


class CellLayer(RNN):
    """An RNN that makes its cell itself: it takes the cell's arguments and RNN's, and has the cell's attributes."""

    sequence_rank = 3

    def __getattr__(self, name: str) -> Any:
        """An argument of the cell, as an attribute of the layer."""
        cell = self.__dict__.get("cell")
        if cell is None or name.startswith("_") or name in ("begin", "end"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(cell, name)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["cell"]
        return {**self.cell.get_config(), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "CellLayer":
        return cls(**config)


def of_cell(layer: dict[str, Any]) -> dict[str, Any]:
    """Those of a layer's further arguments that its cell takes: some for itself alone, some as well."""
    own = {"implementation": layer.pop("implementation")} if "implementation" in layer else {}
    return own | {name: layer[name] for name in ("trainable", "dtype") if name in layer}


class SimpleRNN(CellLayer):
    """A sequence through an Elman network.

    Args:
        units: size of the state.
        activation, ..., recurrent_dropout, seed: as for `SimpleRNNCell`.
        activity_regularizer: penalty on the outputs, per example.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.
        kwargs: `zero_output_for_mask` of `RNN`; a layer's name, dtype, trainable.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.

    Input shape: `(batch, steps, features)`. Output shape: `(batch, units)`, or `(batch, steps, units)` with `return_sequences`.

    >>> SimpleRNN(4)(ops.ones((2, 5, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        cell = SimpleRNNCell(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **of_cell(kwargs),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )


class LSTM(CellLayer):
    """A sequence through a long short-term memory.

    Args:
        units: size of the state.
        activation, ..., recurrent_dropout, seed: as for `LSTMCell`.
        activity_regularizer: penalty on the outputs, per example.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.
        use_cudnn: taken for Keras' sake; there is no cuDNN here.
        kwargs: `zero_output_for_mask` of `RNN`; a layer's name, dtype, trainable.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        recurrent_activation: of the gates.
        unit_forget_bias: start the forget gate with a bias of one.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.

    Input shape: `(batch, steps, features)`. Output shape: `(batch, units)`, or `(batch, steps, units)` with `return_sequences`;
    with `return_state` the states h and c follow.

    >>> LSTM(4, return_sequences=True)(ops.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        cell = LSTMCell(
            units,
            activation,
            recurrent_activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            unit_forget_bias,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **of_cell(kwargs),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )


class GRU(CellLayer):
    """A sequence through gated recurrent units.

    Args:
        units: size of the state.
        activation, ..., recurrent_dropout, seed: as for `GRUCell`.
        activity_regularizer: penalty on the outputs, per example.
        return_sequences, return_state, go_backwards, stateful, unroll: as for `RNN`.
        use_cudnn: taken for Keras' sake; there is no cuDNN here.
        kwargs: `zero_output_for_mask` of `RNN`; a layer's name, dtype, trainable.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        recurrent_activation: of the gates.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.
        reset_after: apply the reset gate after the product with the state, rather than before.

    Input shape: `(batch, steps, features)`. Output shape: `(batch, units)`, or `(batch, steps, units)` with `return_sequences`.

    >>> GRU(4)(ops.ones((2, 5, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        cell = GRUCell(
            units,
            activation,
            recurrent_activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            reset_after,
            seed,
            **of_cell(kwargs),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
