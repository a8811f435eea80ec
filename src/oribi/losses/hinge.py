"""Losses of margins: zero as soon as a prediction is on the right side by one."""

from typing import Any

from oribi import ops
from oribi.values import Tensor

from .loss import PlainLoss
from .reduction import align


def _signs(y_true: Tensor) -> Tensor:
    """Labels as -1 and 1, where they are all 0 and 1."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, ops.subtract(ops.multiply(y_true, 2.0), 1.0), y_true)


def _margins(y_true: Any, y_pred: Any) -> Tensor:
    """max(1 - y_true * y_pred, 0)."""
    y_true, y_pred = align(y_true, y_pred)
    return ops.maximum(ops.subtract(1.0, ops.multiply(_signs(y_true), y_pred)), 0.0)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """mean(max(1 - y_true * y_pred, 0)) over the last axis, for labels -1 and 1, or 0 and 1."""
    return ops.mean(_margins(y_true, y_pred), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """mean(max(1 - y_true * y_pred, 0)^2) over the last axis, for labels -1 and 1, or 0 and 1."""
    return ops.mean(ops.square(_margins(y_true, y_pred)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """max(largest prediction of another class - that of the right one + 1, 0), for one-hot rows.

    Args:
        y_true, y_pred: true values and predictions of one shape, `(batch, ...)`.
    """
    y_true, y_pred = align(y_true, y_pred)
    right = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    wrong = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=-1)
    return ops.maximum(ops.add(ops.subtract(wrong, right), 1.0), 0.0)


class Hinge(PlainLoss):
    """mean(max(1 - y_true * y_pred, 0))."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return hinge(y_true, y_pred)


class SquaredHinge(PlainLoss):
    """mean(max(1 - y_true * y_pred, 0)^2)."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return squared_hinge(y_true, y_pred)


class CategoricalHinge(PlainLoss):
    """max(largest prediction of another class - that of the right one + 1, 0)."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return categorical_hinge(y_true, y_pred)
