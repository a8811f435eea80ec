"""ConvLSTM: a long short-term memory whose products are convolutions, over sequences of signals, images or volumes."""

from typing import Any

from oribi import ops
from oribi.ops.windows import Sizes

from .base.shapes import Shape
from .base.weighted import known_axis
from .cells import CellLayer, LSTMCell, of_cell
from .convolution import PADDINGS, WINDOW, set_window


class ConvLSTMCell(LSTMCell):
    """One step of a convolutional LSTM (Shi et al., 2015).

    Args:
        rank: spatial axes.
        filters: features of the state.
        kernel_size, strides, padding, data_format, dilation_rate: how the window slides over the inputs; over the state it moves by
            one and keeps the size.
        args, kwargs: of `LSTMCell`.
    """

    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    kernel_size: tuple[int, ...]
    padding: str
    data_format: str

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, *args, **{**kwargs, "implementation": 1})
        self.rank, self.filters = rank, filters
        sizes = {"kernel_size": kernel_size, "strides": strides, "dilation_rate": dilation_rate}
        set_window(self, f"ConvLSTM{rank}D", PADDINGS, sizes, padding, data_format)
        self.gate_axis = -1 if self.data_format == "channels_last" else 1

    def kernel_shapes(self, input_shape: Shape) -> tuple[Shape, Shape]:
        spatial = input_shape[1:-1] if self.gate_axis == -1 else input_shape[2:]
        if len(spatial) != self.rank or None in spatial:
            raise ValueError(
                f"{self.describe()}: every step needs {self.rank} spatial axes of known size and channels, got shape {input_shape}"
            )
        channels = known_axis(self, input_shape, self.gate_axis)
        return (*self.kernel_size, channels), (*self.kernel_size, self.filters)

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        one = ops.zeros(tuple(n or 1 for n in input_shape), dtype=self.dtype)
        of_one_gate = ops.split(self.kernel, self.gates, axis=-1)[0]
        self.state_shape = tuple(self.product(one, of_one_gate, "dropout").shape[1:])

    @property
    def output_size(self) -> Any:
        return self.state_shape

    def get_initial_state(self, batch_size: int) -> Any:
        return [ops.zeros((batch_size, *self.state_shape), dtype=self.dtype) for _ in range(2)]

    def product(self, x: Any, kernel: Any, which: str) -> Any:
        if which == "dropout":
            return ops.conv(x, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)
        return ops.conv(x, kernel, 1, "same", self.data_format)

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **{name: getattr(self, name) for name in ("rank", "filters", *WINDOW)}}
        return {name: value for name, value in config.items() if name not in ("units", "implementation")}


class _ConvLSTM(CellLayer):
    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
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
        **kwargs: Any,
    ) -> None:
        window = (filters, kernel_size, strides, padding, data_format, dilation_rate)
        cell = ConvLSTMCell(
            self.rank,
            *window,
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
            activity_regularizer=activity_regularizer,
            **kwargs,
        )

    @property
    def sequence_rank(self) -> int:  # type: ignore[override]
        return self.rank + 3

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in ("rank", "unroll", "zero_output_for_mask")}


class ConvLSTM1D(_ConvLSTM):
    """A sequence of signals through a convolutional LSTM.

    Input shape: `(batch, time, steps, channels)`. Output shape: `(batch, places, filters)`, or `(batch, time, places,
    filters)` with `return_sequences`.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, ..., seed: as for `ConvLSTMCell`.
        return_sequences, return_state, go_backwards, stateful: as for `RNN`.
        kwargs: a layer's name, dtype, trainable.
        activation, recurrent_activation: names or functions, of the candidate and of the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        unit_forget_bias: start the forget gate with a bias of one.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.
        recurrent_dropout: share of the state that is left out of each step, in training.

    >>> ConvLSTM1D(4, 3)(ops.ones((2, 5, 8, 3))).shape
    (2, 6, 4)
    """

    rank = 1


class ConvLSTM2D(_ConvLSTM):
    """A sequence of images through a convolutional LSTM.

    Input shape: `(batch, time, height, width, channels)`. Output shape: `(batch, rows, columns, filters)`, or `(batch,
    time, rows, columns, filters)` with `return_sequences`.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, ..., seed: as for `ConvLSTMCell`.
        return_sequences, return_state, go_backwards, stateful: as for `RNN`.
        kwargs: a layer's name, dtype, trainable.
        activation, recurrent_activation: names or functions, of the candidate and of the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        unit_forget_bias: start the forget gate with a bias of one.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.
        recurrent_dropout: share of the state that is left out of each step, in training.

    >>> ConvLSTM2D(4, 3, padding="same", return_sequences=True)(ops.ones((2, 5, 8, 8, 3))).shape
    (2, 5, 8, 8, 4)
    """

    rank = 2


class ConvLSTM3D(_ConvLSTM):
    """A sequence of volumes through a convolutional LSTM.

    Input shape: `(batch, time, planes, height, width, channels)`. Output shape: `(batch, planes, rows, columns, filters)`,
    or `(batch, time, ...)` with `return_sequences`.

    Args:
        filters, kernel_size, strides, padding, data_format, dilation_rate, ..., seed: as for `ConvLSTMCell`.
        return_sequences, return_state, go_backwards, stateful: as for `RNN`.
        kwargs: a layer's name, dtype, trainable.
        activation, recurrent_activation: names or functions, of the candidate and of the gates.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: names or objects.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        unit_forget_bias: start the forget gate with a bias of one.
        recurrent_constraint, bias_constraint: what brings the weights back where they may be, after each step.
        recurrent_dropout: share of the state that is left out of each step, in training.

    >>> ConvLSTM3D(2, 2)(ops.ones((1, 2, 3, 3, 3, 1))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
