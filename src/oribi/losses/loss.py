"""Loss: the base class, which reduces what a loss says of each example."""

import functools
from typing import Any

import numpy as np

from oribi import ops
from oribi.changes import Settings
from oribi.config.names import snake_case
from oribi.graph import dtypes
from oribi.layers.base.masks import in_dtype
from oribi.layers.base.policy import dtype_of
from oribi.values import Tensor

from .reduction import REDUCTIONS, masked_weights, reduce_weighted


class Loss(Settings):
    """Base class: `call(y_true, y_pred)` gives a number for each example, calling the object reduces them.

    Args:
        name: of the loss.
        reduction: `sum_over_batch_size` (the mean), `sum`, `mean`, `mean_with_sample_weight`, or `none`.
        dtype: that it is computed in, `float32` by default.

    Raises:
        ValueError: an unknown reduction.
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(f"{type(self).__name__}: reduction must be one of {REDUCTIONS}, got {reduction!r}")
        self.name = name or snake_case(type(self).__name__)
        self.reduction = reduction
        self.dtype = dtype_of(dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a call(self, y_true, y_pred) method")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss; steps that the predictions' mask leaves out do not count.

        Args:
            y_true: true values, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`.
            sample_weight: a weight for each example, `(batch,)`, or for each of its losses.
        """
        y_pred = _floats_in(ops.convert_to_tensor(y_pred), self.dtype)
        values = ops.convert_to_tensor(self.call(ops.convert_to_tensor(y_true), y_pred))
        masks = [mask for mask in (y_pred.mask, values.mask) if mask is not None]
        mask = functools.reduce(ops.logical_and, masks) if masks else None
        weights = masked_weights(mask, sample_weight, values.dtype, self.reduction)
        return reduce_weighted(values, weights, self.reduction)

    def check(self, y: np.ndarray, output_shape: tuple[int | None, ...]) -> None:
        """Raise a ValueError if a whole array of true values cannot be meant for a model's output."""

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        return cls(**config)


class PlainLoss(Loss):
    """What the losses that have no arguments of their own share."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


def _floats_in(y_pred: Tensor, dtype: str) -> Tensor:
    """Predictions in the loss's dtype, whatever floats they were: the loss of a batch has it, as in Keras."""
    return in_dtype(y_pred, dtype) if dtypes.is_float(y_pred.dtype) else y_pred
