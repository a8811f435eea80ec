"""What layers with a kernel and a bias have in common: the arguments that say how their weights start and are regularized."""

from typing import Any

from oribi import activations, initializers, ops, regularizers
from oribi.tensor import Variable
from oribi.utils.registry import serialize

from .layer import Layer, Shape


class Weighted(Layer):
    """A layer with a kernel, maybe a bias, and an activation.

    Args:
        activation: name or function; none by default.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: names or objects.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, bias_constraint: what brings them back where they may be.
    """

    constrained: tuple[str, ...] = ("kernel", "bias")
    kernel_constraint: Any
    bias_constraint: Any
    bias: Variable | None

    def __init__(
        self,
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
        given = {"kernel": kernel_constraint, "bias": bias_constraint}
        constraints = {f"{weight}_constraint": given[weight] for weight in given if weight in self.constrained}
        super().__init__(activity_regularizer=activity_regularizer, **constraints, **kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def add_kernel(self, shape: Shape, name: str = "kernel") -> Variable:
        how = {"regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        return self.add_weight(shape, self.kernel_initializer, **how, name=name)  # type: ignore[arg-type]

    def add_bias(self, *shape: int) -> Variable | None:
        if not self.use_bias:
            return None
        how = {"regularizer": self.bias_regularizer, "constraint": self.bias_constraint}
        return self.add_weight(shape, self.bias_initializer, **how, name="bias")

    def finish(self, outputs: Any, channel_axis: int = -1) -> Any:
        """The bias added along an axis, then the activation."""
        if self.bias is not None:
            shape = [1] * outputs.ndim
            shape[channel_axis] = -1
            bias = self.bias if channel_axis == -1 else ops.reshape(self.bias, shape)
            outputs = ops.add(outputs, bias)
        return self.activation(outputs)

    def get_config(self) -> dict[str, Any]:
        own = ("activation", "kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer")
        return {
            **super().get_config(),
            "use_bias": self.use_bias,
            **{name: serialize(getattr(self, name)) for name in own},
        }


def known_axis(layer: Layer, input_shape: Shape, axis: int = -1) -> int:
    """The size of an axis of the input, which a weight's shape depends on.

    Raises:
        ValueError: it is not known.
    """
    if len(input_shape) < 1 or input_shape[axis] is None:
        which = "last axis" if axis == -1 else f"axis {axis}"
        raise ValueError(f"{layer.describe()} needs to know the {which} of its input, got shape {input_shape}")
    return int(input_shape[axis])  # type: ignore[arg-type]
