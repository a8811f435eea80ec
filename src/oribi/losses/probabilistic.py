"""Losses of distributions: of predicted probabilities, and of rates."""

from typing import Any

from oribi import ops
from oribi.config.defaults import epsilon
from oribi.values import Tensor

from .loss import PlainLoss
from .reduction import align


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """sum(y_true * log(y_true / y_pred)) over the last axis (Kullback and Leibler, 1951)."""
    y_true, y_pred = (ops.clip(y, epsilon(), 1.0) for y in align(y_true, y_pred))
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """mean(y_pred - y_true * log(y_pred)) over the last axis: the likelihood of counts, of rates that are predicted."""
    y_true, y_pred = align(y_true, y_pred)
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, ops.log(ops.add(y_pred, epsilon())))), axis=-1)


class KLDivergence(PlainLoss):
    """sum(y_true * log(y_true / y_pred))."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return kl_divergence(y_true, y_pred)


class Poisson(PlainLoss):
    """mean(y_pred - y_true * log(y_pred))."""

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return poisson(y_true, y_pred)
