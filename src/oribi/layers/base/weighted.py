"""What layers with a kernel and a bias have in common: the arguments that say how their weights start and are regularized."""

from typing import Any

from oribi import activations, initializers, ops, regularizers
from oribi.config.serialization import serialize
from oribi.values import Variable

from .layer import Layer
from .shapes import Shape


class Biased(Layer):
    """A layer with an activation, maybe a bias, and weights that its subclass names.

    Args:
        activation: name or function; none by default.
        use_bias: whether there is a bias.
        bias_initializer: name or object.
        bias_regularizer: penalty added to the loss.
        activity_regularizer: penalty on the outputs, per example.
        bias_constraint: what brings it back where it may be.
    """

    constrained: tuple[str, ...] = ("bias",)
    bias_constraint: Any
    bias: Variable | None

    def __init__(
        self,
        activation: Any = None,
        use_bias: bool = True,
        bias_initializer: Any = "zeros",
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, bias_constraint=bias_constraint, **kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

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
        own = ("activation", "bias_initializer", "bias_regularizer")
        config = {**super().get_config(), "use_bias": self.use_bias}
        return {**config, **{name: serialize(getattr(self, name)) for name in own}}


class Weighted(Biased):
    """A layer with a kernel, maybe a bias, and an activation.

    Args:
        activation, use_bias: as for `Biased`.
        kernel_initializer, bias_initializer: names or objects.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the outputs, per example.
        kernel_constraint, bias_constraint: what brings them back where they may be.
    """

    constrained: tuple[str, ...] = ("kernel", "bias")
    kernel_constraint: Any

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
        of_bias = (bias_initializer, bias_regularizer, activity_regularizer, bias_constraint)
        super().__init__(activation, use_bias, *of_bias, kernel_constraint=kernel_constraint, **kwargs)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)

    def add_kernel(self, shape: Shape, name: str = "kernel") -> Variable:
        how = {"regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        return self.add_weight(shape, self.kernel_initializer, **how, name=name)  # type: ignore[arg-type]

    def get_config(self) -> dict[str, Any]:
        own = ("kernel_initializer", "kernel_regularizer")
        return {**super().get_config(), **{name: serialize(getattr(self, name)) for name in own}}


def known_axis(layer: Layer, input_shape: Shape, axis: int = -1) -> int:
    """The size of an axis of the input, which a weight's shape depends on.

    Raises:
        ValueError: it is not known.
    """
    if len(input_shape) < 1 or input_shape[axis] is None:
        which = "last axis" if axis == -1 else f"axis {axis}"
        raise ValueError(f"{layer.describe()} needs to know the {which} of its input, got shape {input_shape}")
    return int(input_shape[axis])  # type: ignore[arg-type]
