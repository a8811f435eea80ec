"""Losses of numbers, positive where predictions are off."""

import math
from typing import Any

from oribi import ops
from oribi.config.defaults import epsilon
from oribi.utils import checked
from oribi.values import Tensor

from .loss import Loss, PlainLoss
from .reduction import align

# --- functions --------------------------------------------------------------------------------------------------------


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """mean((y_true - y_pred)^2) over the last axis."""
    y_true, y_pred = align(y_true, y_pred)
    return ops.mean(ops.square(ops.subtract(y_true, y_pred)), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """mean(|y_true - y_pred|) over the last axis."""
    y_true, y_pred = align(y_true, y_pred)
    return ops.mean(ops.absolute(ops.subtract(y_true, y_pred)), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 * mean(|y_true - y_pred| / |y_true|) over the last axis."""
    y_true, y_pred = align(y_true, y_pred)
    parts = ops.divide(ops.subtract(y_true, y_pred), ops.maximum(ops.absolute(y_true), epsilon()))
    return ops.multiply(ops.mean(ops.absolute(parts), axis=-1), 100.0)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """mean((log(1 + y_true) - log(1 + y_pred))^2) over the last axis; what is negative counts as zero."""
    y_true, y_pred = align(y_true, y_pred)
    one, other = (ops.log(ops.add(ops.maximum(y, epsilon()), 1.0)) for y in (y_pred, y_true))
    return ops.mean(ops.square(ops.subtract(one, other)), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between y_true and y_pred along an axis: -1 where they point the same way."""
    y_true, y_pred = align(y_true, y_pred)
    return ops.negative(ops.sum(ops.multiply(_unit(y_true, axis), _unit(y_pred, axis)), axis=axis))


def _unit(x: Tensor, axis: int) -> Tensor:
    """Vectors along an axis brought to length one; those of zeros stay."""
    return ops.multiply(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis=axis, keepdims=True), 1e-12)))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """mean of e^2 / 2 where the error |e| is at most delta, of delta * |e| - delta^2 / 2 beyond (Huber, 1964).

    Args:
        y_true, y_pred: true values and predictions of one shape, `(batch, ...)`.
        delta: error from which on it grows linearly.
    """
    y_true, y_pred = align(y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    size = ops.absolute(error)
    beyond = ops.subtract(ops.multiply(size, delta), 0.5 * delta * delta)
    return ops.mean(ops.where(ops.less_equal(size, delta), ops.multiply(ops.square(error), 0.5), beyond), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """mean(log(cosh(y_pred - y_true))) over the last axis, without overflow."""
    y_true, y_pred = align(y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    return ops.mean(ops.subtract(ops.add(error, ops.softplus(ops.multiply(error, -2.0))), math.log(2.0)), axis=-1)


# --- classes ----------------------------------------------------------------------------------------------------------


class MeanSquaredError(PlainLoss):
    """mean((y_true - y_pred)^2)."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(PlainLoss):
    """mean(|y_true - y_pred|)."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return mean_absolute_error(y_true, y_pred)


class MeanAbsolutePercentageError(PlainLoss):
    """100 * mean(|y_true - y_pred| / |y_true|)."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return mean_absolute_percentage_error(y_true, y_pred)


class MeanSquaredLogarithmicError(PlainLoss):
    """mean((log(1 + y_true) - log(1 + y_pred))^2)."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return mean_squared_logarithmic_error(y_true, y_pred)


class LogCosh(PlainLoss):
    """mean(log(cosh(y_pred - y_true)))."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return log_cosh(y_true, y_pred)


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between y_true and y_pred.

    Args:
        axis: of the vectors.
        reduction, name, dtype: as in `Loss`.

    >>> round(float(CosineSimilarity()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    -0.7071
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return cosine_similarity(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class Huber(Loss):
    """Squared errors up to a size, absolute ones beyond (Huber, 1964).

    Args:
        delta: the size.
        reduction, name, dtype: as in `Loss`.

    >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
    1.5
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = checked.number("Huber", "delta", delta)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return huber(y_true, y_pred, self.delta)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "delta": self.delta}
