"""Dense: every output is a weighted sum of every input."""

from typing import Any

from oribi import ops
from oribi.utils import checked

from .layer import Shape
from .weighted import Weighted, known_axis


class Dense(Weighted):
    """activation(inputs @ kernel + bias).

    Args:
        units: size of the output's last axis.
        activation: name or function; none by default.
        use_bias: whether there is a bias.
        kwargs: how the weights start and are regularized, as for `Weighted`; a layer's name, dtype, trainable.

    Input shape: `(batch, ..., inputs)`. Output shape: `(batch, ..., units)`.
    Weights: kernel `(inputs, units)`, bias `(units,)`.

    >>> Dense(4, activation="relu")(ops.ones((2, 3))).shape
    (2, 4)
    """

    supports_masking = True

    def __init__(self, units: int, activation: Any = None, use_bias: bool = True, **kwargs: Any) -> None:
        super().__init__(activation, use_bias, **kwargs)
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
