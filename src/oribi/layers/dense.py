"""Dense: every output is a weighted sum of every input."""

from typing import Any

from oribi import activations, initializers, ops, regularizers
from oribi.utils.registry import serialize

from .layer import Layer, Shape


class Dense(Layer):
    """activation(inputs @ kernel + bias).

    Args:
        units: size of the output's last axis.
        activation: name or function; none by default.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or objects.
        kernel_regularizer, bias_regularizer: penalties added to the loss.

    Input shape: `(batch, ..., inputs)`. Output shape: `(batch, ..., units)`.
    Weights: kernel `(inputs, units)`, bias `(units,)`.

    >>> Dense(4, activation="relu")(ops.ones((2, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(units, bool) or not isinstance(units, int) or units <= 0:
            raise ValueError(f"Dense: units must be a positive whole number. Received: units={units!r}")
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, input_shape: Shape) -> None:
        if not input_shape or input_shape[-1] is None:
            raise ValueError(f"{self.describe()} needs to know the last axis of its input, got shape {input_shape}")
        inputs = input_shape[-1]
        self.kernel = self.add_weight(
            (inputs, self.units), self.kernel_initializer, regularizer=self.kernel_regularizer, name="kernel"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,), self.bias_initializer, regularizer=self.bias_regularizer, name="bias"
            )
        self.built = True

    def check_input(self, inputs: Any) -> None:
        expected = self.kernel.shape[0]
        if not inputs.shape or inputs.shape[-1] != expected:
            got = inputs.shape[-1] if inputs.shape else "a scalar"
            raise ValueError(
                f"{self.describe()}: expected last axis {expected}, got {got} (input shape {tuple(inputs.shape)}). "
                f"Give it inputs of {expected} features, or make a new layer for {got}."
            )

    def call(self, inputs: Any) -> Any:
        outputs = ops.matmul(ops.cast(inputs, self.dtype), self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": serialize(self.kernel_initializer),
            "bias_initializer": serialize(self.bias_initializer),
            "kernel_regularizer": serialize(self.kernel_regularizer),
            "bias_regularizer": serialize(self.bias_regularizer),
        }
