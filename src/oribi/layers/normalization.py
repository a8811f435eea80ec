"""Normalization: activations brought to mean zero and variance one, over the batch, the features, or groups of them."""

from collections.abc import Sequence
from typing import Any

from oribi import initializers, ops, regularizers
from oribi.config.serialization import serialize
from oribi.utils import checked

from .base.layer import Layer
from .base.shapes import Shape
from .base.weighted import known_axis


class _Scaled(Layer):
    """What normalizations share: a learned factor `gamma` and offset `beta`.

    Args:
        epsilon: added to the variance, so that nothing is divided by zero.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer: names or objects.
        beta_regularizer, gamma_regularizer: penalties added to the loss.
        beta_constraint, gamma_constraint: what brings them back where they may be.
    """

    constrained = ("beta", "gamma")
    beta_constraint: Any
    gamma_constraint: Any

    def __init__(
        self,
        epsilon: float,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(beta_constraint=beta_constraint, gamma_constraint=gamma_constraint, **kwargs)
        self.epsilon = checked.number(type(self).__name__, "epsilon", epsilon)
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.supports_masking = True

    def add_scale(self, shape: Sequence[int]) -> None:
        self.gamma = self.beta = None
        if self.scale:
            how = {"regularizer": self.gamma_regularizer, "constraint": self.gamma_constraint}
            self.gamma = self.add_weight(shape, self.gamma_initializer, **how, name="gamma")
        if self.center:
            how = {"regularizer": self.beta_regularizer, "constraint": self.beta_constraint}
            self.beta = self.add_weight(shape, self.beta_initializer, **how, name="beta")

    def normalized(self, x: Any, mean: Any, variance: Any, shape: Sequence[int]) -> Any:
        """(x - mean) / sqrt(variance + epsilon) * gamma + beta, the weights seen as `shape`."""
        factor = ops.rsqrt(ops.add(variance, self.epsilon))
        if self.gamma is not None:
            factor = ops.multiply(factor, ops.reshape(self.gamma, shape))
        result = ops.multiply(ops.subtract(x, mean), factor)
        return result if self.beta is None else ops.add(result, ops.reshape(self.beta, shape))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        objects = ("beta_initializer", "gamma_initializer", "beta_regularizer", "gamma_regularizer")
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **{name: serialize(getattr(self, name)) for name in objects},
        }


class BatchNormalization(_Scaled):
    """Each feature normalized by its mean and variance over the batch; when not training, by their moving averages.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Input shape: `(batch, ...)`. Output shape: the same.

    Args:
        axis: of the features.
        momentum: share of the moving averages that each batch keeps.
        epsilon, center, scale, kwargs: as for all normalizations.
        moving_mean_initializer, moving_variance_initializer: names or objects.
        renorm, renorm_momentum: not there yet; the second is of no effect without the first.
        renorm_clipping: of `renorm`, which is an error.
        synchronized: taken for Keras' sake: there is one replica.

    A layer whose `trainable` is False uses, and keeps, its moving averages in training too.

    Weights: gamma, beta; not trainable: moving_mean, moving_variance; all `(features,)`.

    Raises:
        ValueError: inputs with another number of features than it was built for.

    >>> BatchNormalization()(ops.ones((4, 3))).shape
    (4, 3)
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if renorm:
            raise NotImplementedError("BatchNormalization: renorm is not there yet")
        self.axis, self.momentum = int(axis), checked.number("BatchNormalization", "momentum", momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.synchronized = synchronized

    def build(self, input_shape: Shape) -> None:
        features = known_axis(self, input_shape, self.axis)
        self.add_scale((features,))
        self.moving_mean = self.add_weight(
            (features,), self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            (features,), self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def check_input(self, inputs: Any) -> None:
        features = self.moving_mean.shape[0]
        if not -inputs.ndim <= self.axis < inputs.ndim or inputs.shape[self.axis] != features:
            raise ValueError(
                f"{self.describe()}: expected {features} features along axis {self.axis}, got input shape "
                f"{tuple(inputs.shape)}"
            )

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        x = ops.cast(inputs, self.dtype)
        shape = [1] * x.ndim
        shape[self.axis] = -1
        if not (training and self.trainable):
            mean, variance = ops.reshape(self.moving_mean, shape), ops.reshape(self.moving_variance, shape)
            return self.normalized(x, mean, variance, shape)
        axes = tuple(a for a in range(x.ndim) if a != self.axis % x.ndim)
        mean, variance = _moments(x, axes, mask)
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving.value * self.momentum + ops.reshape(now, (-1,)) * (1 - self.momentum))
        return self.normalized(x, mean, variance, shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "moving_mean_initializer": serialize(self.moving_mean_initializer),
            "moving_variance_initializer": serialize(self.moving_variance_initializer),
        }


def _moments(x: Any, axes: tuple[int, ...], mask: Any = None) -> tuple[Any, Any]:
    """Mean and variance over axes, which are kept; with a mask, of what it lets through."""
    if mask is None:
        mean = ops.mean(x, axes, keepdims=True)
        return mean, ops.mean(ops.square(ops.subtract(x, mean)), axes, keepdims=True)
    weights = ops.broadcast_to(ops.expand_dims(ops.cast(mask, x.dtype), -1), x.shape)
    count = ops.add(ops.sum(weights, axes, keepdims=True), 1e-7)
    mean = ops.divide(ops.sum(ops.multiply(x, weights), axes, keepdims=True), count)
    apart = ops.multiply(ops.square(ops.subtract(x, mean)), weights)
    return mean, ops.divide(ops.sum(apart, axes, keepdims=True), count)


class LayerNormalization(_Scaled):
    """Each example normalized over its features (Ba, Kiros and Hinton, 2016).

    Input shape: `(batch, ...)`. Output shape: the same.

    Args:
        axis: one axis or several to normalize over.
        epsilon, center, scale, kwargs: as for all normalizations.

    >>> LayerNormalization()(ops.ones((2, 5, 3))).shape
    (2, 5, 3)
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.axis = checked.axes(type(self).__name__, "axis", axis)

    def build(self, input_shape: Shape) -> None:
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        self.add_scale([known_axis(self, input_shape, a) for a in axes])

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, self.dtype)
        axes = tuple(a % x.ndim for a in ([self.axis] if isinstance(self.axis, int) else self.axis))
        shape = [n if a in axes else 1 for a, n in enumerate(x.shape)]
        return self.normalized(x, *_moments(x, axes), shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class GroupNormalization(_Scaled):
    """Each example normalized over groups of its channels (Wu and He, 2018).

    Input shape: `(batch, ..., channels)`. Output shape: the same.

    Args:
        groups: how many; -1 for one a channel.
        axis: of the channels.
        epsilon, center, scale, kwargs: as for all normalizations.

    Raises:
        ValueError: groups is neither positive nor -1, or the channels cannot be shared by them.

    >>> GroupNormalization(2)(ops.ones((2, 4, 4, 6))).shape
    (2, 4, 4, 6)
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(f"GroupNormalization: groups must be positive, or -1. Received: groups={groups!r}")
        self.groups, self.axis = groups, int(axis)

    def build(self, input_shape: Shape) -> None:
        channels = known_axis(self, input_shape, self.axis)
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(f"{self.describe()}: {channels} channels cannot be shared by {self.groups} groups")
        self.add_scale((channels,))

    def call(self, inputs: Any) -> Any:
        x = ops.moveaxis(ops.cast(inputs, self.dtype), self.axis, -1)
        channels = x.shape[-1]
        grouped = ops.reshape(x, (*x.shape[:-1], self.groups, channels // self.groups))
        mean, variance = _moments(grouped, (*range(1, x.ndim - 1), x.ndim))
        wide = (x.shape[0], *(1 for _ in x.shape[1:-1]), self.groups, channels // self.groups)
        flat = (*wide[:-2], channels)
        mean, variance = (ops.reshape(ops.broadcast_to(m, wide), flat) for m in (mean, variance))
        normal = self.normalized(x, mean, variance, [*(1 for _ in x.shape[:-1]), channels])
        return ops.moveaxis(normal, -1, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups, "axis": self.axis}


class RMSNormalization(Layer):
    """x / sqrt(mean(x^2) + epsilon) * scale over the features (Zhang and Sennrich, 2019).

    Input shape: `(batch, ...)`. Output shape: the same.

    Args:
        axis: one axis or several to normalize over.
        epsilon: added to the mean square.

    >>> RMSNormalization()(ops.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = [axis] if isinstance(axis, int) else sorted(axis)
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        self.scale = self.add_weight([known_axis(self, input_shape, a) for a in self.axis], "ones", name="scale")

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, self.dtype)
        axes = tuple(a % x.ndim for a in self.axis)
        shape = [n if a in axes else 1 for a, n in enumerate(x.shape)]
        factor = ops.rsqrt(ops.add(ops.mean(ops.square(x), axes, keepdims=True), self.epsilon))
        return ops.multiply(ops.multiply(x, factor), ops.reshape(self.scale, shape))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}


class UnitNormalization(Layer):
    """Each vector along an axis brought to length one.

    Input shape: any. Output shape: the same.

    >>> UnitNormalization()(ops.ones((1, 4))).numpy()
    array([[0.5, 0.5, 0.5, 0.5]], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = checked.axes(type(self).__name__, "axis", axis)
        self.supports_masking = True
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, self.dtype)
        axes = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        return ops.multiply(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axes, keepdims=True), 1e-12)))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
