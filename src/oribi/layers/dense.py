"""Dense: every output is a weighted sum of every input."""

from typing import Any

from oribi import ops
from oribi.utils import checked

from .base.shapes import Shape
from .base.weighted import Weighted, known_axis


class Dense(Weighted):
    """activation(inputs @ kernel + bias).

    Args:
        units: size of the output's last axis.
        activation: name or function; none by default.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: how the weights start; names or objects.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: penalty on the outputs, per example.
        kernel_constraint, bias_constraint: what brings the weights back where they may be.
        kwargs: a layer's name, dtype, trainable.

    Input shape: `(batch, ..., inputs)`. Output shape: `(batch, ..., units)`.
    Weights: kernel `(inputs, units)`, bias `(units,)`.

    Raises:
        ValueError: inputs with another last axis than it was built for.

    >>> Dense(4, activation="relu")(ops.ones((2, 3))).shape
    (2, 4)
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.units = checked.positive("Dense", "units", units)

    def build(self, input_shape: Shape) -> None:
        self.kernel = self.add_kernel((known_axis(self, input_shape), self.units))
        self.bias = self.add_bias(self.units)

    def check_input(self, inputs: Any) -> None:
        expected = self.kernel.shape[0]
        if not inputs.shape or inputs.shape[-1] != expected:
            got = inputs.shape[-1] if inputs.shape else "a scalar"
            raise ValueError(
                f"{self.describe()}: expected last axis {expected}, got {got} (input shape {tuple(inputs.shape)}). "
                f"Give it inputs of {expected} features, or make a new layer for {got}."
            )

    def call(self, inputs: Any) -> Any:
        return self.finish(ops.matmul(ops.cast(inputs, self.dtype), self.kernel))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}
