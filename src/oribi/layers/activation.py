"""Activations as layers."""

from collections.abc import Sequence
from typing import Any

from oribi import activations, initializers, ops, regularizers
from oribi.config.serialization import serialize
from oribi.utils import checked

from .base.layer import Layer
from .base.shapes import Shape


class _Elementwise(Layer):
    """A layer that keeps the shape and has no weights."""

    supports_masking = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.build_at_init()

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class Activation(_Elementwise):
    """An activation function, by name or as a function.

    Input shape: any. Output shape: the same.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": serialize(self.activation)}


class ReLU(_Elementwise):
    """max(x, 0), with a slope below the threshold and a ceiling where they are given.

    Input shape: any. Output shape: the same.

    Args:
        max_value: ceiling; none by default.
        negative_slope: slope below the threshold.
    """

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is not None or name != "max_value":
                checked.number("ReLU", name, value, least=0)
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, inputs: Any) -> Any:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        own = {"max_value": self.max_value, "negative_slope": self.negative_slope, "threshold": self.threshold}
        return {**super().get_config(), **own}


FAR_BELOW = -1e9  # what stands for minus infinity: a softmax of nothing else is no NaN


class Softmax(_Elementwise):
    """exp(x) / sum(exp(x)) along an axis; where a mask is given, over what it says is there, and zero elsewhere.

    A mask of the leading axes, such as that of a sequence whose features are normalized, leaves the values alone.

    Input shape: any. Output shape: the same.

    Raises:
        ValueError: a mask that does not fit the inputs.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return ops.softmax(inputs, self.axis)
        shape, given = tuple(inputs.shape), tuple(mask.shape)
        fits = len(given) <= len(shape) and all(m in (1, n) for m, n in zip(given[::-1], shape[::-1], strict=False))
        if not fits and given == shape[: len(given)]:
            return ops.softmax(inputs, self.axis)
        if not fits:
            raise ValueError(f"{self.describe()}: a mask of shape {given} does not fit inputs of shape {shape}")
        there = ops.cast(mask, "bool") if mask.dtype == "bool" else ops.greater(mask, 0.5)
        shares = ops.softmax(ops.where(there, inputs, FAR_BELOW), self.axis)
        return ops.where(there, shares, ops.zeros_like(shares))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class LeakyReLU(_Elementwise):
    """x where positive, negative_slope * x elsewhere (Maas et al., 2013).

    Input shape: any. Output shape: the same.

    Raises:
        ValueError: negative_slope is negative.
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise ValueError(f"LeakyReLU: negative_slope must not be negative. Received: {negative_slope=}")
        self.negative_slope = negative_slope

    def call(self, inputs: Any) -> Any:
        return ops.leaky_relu(inputs, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(_Elementwise):
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al., 2016).

    Input shape: any. Output shape: the same.
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        return ops.elu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}


class PReLU(Layer):
    """x where positive, alpha * x elsewhere, with a learned alpha for each element of an example (He et al., 2015).

    Input shape: `(batch, ...)`. Output shape: the same.

    Args:
        alpha_initializer, alpha_regularizer: how alpha starts, a penalty on it.
        shared_axes: axes along which one alpha serves all.
        alpha_constraint: what brings alpha back where it may be, after each step.

    Raises:
        ValueError: the shape of an example is not known when it is built.
    """

    supports_masking = True
    constrained = ("alpha",)
    alpha_constraint: Any

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(alpha_constraint=alpha_constraint, **kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes and list(shared_axes)

    def build(self, input_shape: Shape) -> None:
        shape = [1 if a + 1 in (self.shared_axes or ()) else n for a, n in enumerate(input_shape[1:])]
        if None in shape:
            raise ValueError(f"{self.describe()} needs to know its input's shape but for the batch, got {input_shape}")
        self.alpha = self.add_weight(
            shape,  # type: ignore[arg-type]
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, inputs: Any) -> Any:
        return ops.add(ops.relu(inputs), ops.multiply(ops.negative(ops.relu(ops.negative(inputs))), self.alpha))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "alpha_initializer": serialize(self.alpha_initializer),
            "alpha_regularizer": serialize(self.alpha_regularizer),
            "shared_axes": self.shared_axes,
        }
