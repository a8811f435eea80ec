"""From a number for each example to one for the batch; losses and metrics share it."""

from typing import Any

from oribi import ops
from oribi.values import Tensor, as_node

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def align(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """True values in the predictions' dtype, and both in one rank.

    A last axis of size one that only one side has is dropped; where the other side has a single axis, it gets a second one.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype if y_pred.dtype.startswith("float") else "float32")
    if y_true.ndim == y_pred.ndim - 1 and y_pred.shape[-1] == 1:
        if y_true.ndim == 1:
            y_true = ops.expand_dims(y_true, -1)
        else:
            y_pred = ops.squeeze(y_pred, -1)
    elif y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        if y_pred.ndim == 1:
            y_pred = ops.expand_dims(y_pred, -1)
        else:
            y_true = ops.squeeze(y_true, -1)
    if y_true.shape != y_pred.shape:
        raise ValueError(f"true values have shape {y_true.shape}, predictions {y_pred.shape}: they must be alike")
    return y_true, y_pred


def align_classes(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Integer classes, one for each row of the predictions, and those: a last axis of one that the classes have is dropped."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return y_true, y_pred


def weights_for(values: Tensor, sample_weight: Any) -> Tensor:
    """Sample weights in the shape of the values: one for each example counts for all that the example has."""
    weight = ops.cast(sample_weight, values.dtype)
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        weight = ops.squeeze(weight, -1)
    for _ in range(values.ndim - weight.ndim):
        weight = ops.expand_dims(weight, -1)
    try:
        return ops.broadcast_to(weight, values.shape)
    except ValueError:
        shapes = as_node(sample_weight).shape, values.shape
        raise ValueError(f"sample_weight of shape {shapes[0]} does not fit values of shape {shapes[1]}") from None


def masked_weights(mask: Any, sample_weight: Any, dtype: str, reduction: str | None) -> Any:
    """Sample weights that leave out what a mask of the predictions says is not there; under a mean, the rest counts for all."""
    if mask is None:
        return sample_weight
    there = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        count = ops.sum(there)
        there = ops.multiply(there, ops.divide(float(there.size), ops.maximum(count, 1.0)))
    if sample_weight is None:
        return there
    return ops.multiply(there, weights_for(there, sample_weight))


def reduce_weighted(values: Any, sample_weight: Any, reduction: str | None) -> Tensor:
    """Values times their weights, reduced."""
    values = ops.convert_to_tensor(values)
    weights = None
    if sample_weight is not None:
        # A loss that gives one number for the batch is weighted by each example's weight.
        weights = weights_for(values, sample_weight) if values.ndim else ops.cast(sample_weight, values.dtype)
        values = ops.multiply(values, weights)
    if reduction in ("none", None):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        count = ops.sum(weights)
        return ops.where(ops.equal(count, 0.0), 0.0, ops.divide(total, ops.where(ops.equal(count, 0.0), 1.0, count)))
    return ops.divide(total, float(max(values.size, 1)))
