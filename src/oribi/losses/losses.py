"""The crossentropies, losses made of functions, and all losses by name."""

import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from oribi import ops
from oribi.config.names import lookup, table_of
from oribi.config.scopes import named_by_user
from oribi.config.serialization import resolve
from oribi.values import Tensor, as_node

from .hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from .loss import Loss
from .probabilistic import KLDivergence, Poisson, kl_divergence, poisson
from .reduction import align, align_classes
from .regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)

# --- functions --------------------------------------------------------------------------------------------------------


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """-(t log(p) + (1 - t) log(1 - p)), averaged over an axis.

    Args:
        y_true, y_pred: true values and predictions of one shape, `(batch, ...)`.
        from_logits: `y_pred` holds logits rather than probabilities.
        label_smoothing: share of each target that is spread evenly over the classes.
        axis: the axis that is averaged over.
    """
    y_true, y_pred = align(y_true, y_pred)
    if label_smoothing:
        y_true = ops.add(ops.multiply(y_true, 1 - label_smoothing), 0.5 * label_smoothing)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits), axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """-sum(y_true * log(probability)) for one-hot rows, or any rows that are distributions.

    Args:
        y_true, y_pred: true values and predictions of one shape, `(batch, ...)`.
        from_logits: `output` holds logits rather than probabilities.
        label_smoothing: share of each target that is spread evenly over the classes.
        axis: the axis of the classes.

    Raises:
        ValueError: targets that are not one-hot rows of the output's shape.
    """
    y_true, y_pred = _float(y_true, y_pred), ops.convert_to_tensor(y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"categorical_crossentropy needs one-hot targets of the output's shape: targets have shape {y_true.shape}, "
            f"the output has {y_pred.shape}. For integer classes use sparse_categorical_crossentropy."
        )
    if label_smoothing:
        y_true = ops.add(ops.multiply(y_true, 1 - label_smoothing), label_smoothing / y_true.shape[axis])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits, axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor:
    """-log(probability of the class that y_true names).

    Args:
        y_true: classes, `(batch, ...)`.
        y_pred: predictions, with one more axis for the classes.
        from_logits: `y_pred` holds logits rather than probabilities.
        ignore_class: a class whose rows do not count.
        axis: the axis of the classes.

    Raises:
        ValueError: targets that do not name one class for each row.
    """
    y_true, y_pred = align_classes(y_true, y_pred)
    if y_true.shape != y_pred.shape[:-1] and axis in (-1, y_pred.ndim - 1):
        raise ValueError(
            f"sparse_categorical_crossentropy needs one class a row: targets have shape {y_true.shape}, the output has "
            f"{y_pred.shape}. For one-hot targets use categorical_crossentropy."
        )
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    ignored = ops.equal(y_true, ignore_class)
    losses = ops.sparse_categorical_crossentropy(ops.where(ignored, 0, y_true), y_pred, from_logits, axis)
    valid = ops.where(ignored, 0.0, losses)
    valid.mask = ops.logical_not(ignored)
    return valid


def _float(x: Any, like: Any) -> Tensor:
    return ops.cast(x, as_node(like).dtype)


# --- classes ----------------------------------------------------------------------------------------------------------


class _Crossentropy(Loss):
    """What the crossentropies share: logits or probabilities, smoothed labels, the axis of the classes."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"{type(self).__name__}: label_smoothing must be in [0, 1], got {label_smoothing}")
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def get_config(self) -> dict[str, Any]:
        own = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing, "axis": self.axis}
        return {**super().get_config(), **own}


class BinaryCrossentropy(_Crossentropy):
    """-(t log(p) + (1 - t) log(1 - p)) for targets in [0, 1].

    Args:
        from_logits: `y_pred` holds logits rather than probabilities.
        label_smoothing: share of each target that is spread evenly over the classes.

    >>> round(float(BinaryCrossentropy()([[1.0]], [[0.5]])), 4)
    0.6931
    """

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class CategoricalCrossentropy(_Crossentropy):
    """-sum(y_true * log(probability)) for one-hot targets.

    Args:
        from_logits: `y_pred` holds logits rather than probabilities.
        label_smoothing: share of each target that is spread evenly over the classes.

    Raises:
        ValueError: targets that are not one-hot rows of the output's shape.
    """

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)

    def check(self, y: np.ndarray, output_shape: tuple[int | None, ...]) -> None:
        if tuple(y.shape[1:]) != tuple(output_shape[1:]):
            raise ValueError(
                f"loss {self.name!r} needs one-hot targets of the output's shape {output_shape}, y has shape {y.shape}. "
                "For integer classes use sparse_categorical_crossentropy, or make y with oribi.utils.to_categorical."
            )


class SparseCategoricalCrossentropy(Loss):
    """-log(probability of the true class), for targets that are integers.

    Args:
        from_logits: predictions are scores before softmax, rather than probabilities.
        ignore_class: a class whose examples count nothing.
        reduction, name: as in `Loss`.
        axis: the axis of the classes.

    Raises:
        ValueError: targets that do not name one class a row, or name one that there is not.

    >>> round(float(SparseCategoricalCrossentropy(from_logits=True)([1], [[0.0, 0.0]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def check(self, y: np.ndarray, output_shape: tuple[int | None, ...]) -> None:
        classes = output_shape[-1]
        squeezed = y[..., 0] if y.ndim == len(output_shape) and y.shape[-1] == 1 else y
        if squeezed.ndim != len(output_shape) - 1:
            raise ValueError(
                f"loss {self.name!r} needs one integer class for each row of the output {output_shape}, y has shape "
                f"{y.shape}. For one-hot targets use categorical_crossentropy."
            )
        if not y.size or classes is None:
            return
        low, high = y.min(), y.max()
        if self.ignore_class is not None:
            known = y[y != self.ignore_class]
            low, high = (known.min(), known.max()) if known.size else (0, 0)
        if not (low >= 0 and high < classes):
            found = "NaN" if np.isnan(low) else f"{low} to {high}"
            raise ValueError(
                f"labels must be classes from 0 to {classes - 1}, because the output has {classes} columns; "
                f"y has labels {found}. Correct the labels, or give the last layer more units."
            )

    def get_config(self) -> dict[str, Any]:
        own = {"from_logits": self.from_logits, "ignore_class": self.ignore_class, "axis": self.axis}
        return {**super().get_config(), **own}


class FunctionLoss(Loss):
    """A loss made of a function of (y_true, y_pred)."""

    def __init__(
        self, function: Callable[..., Any], reduction: str | None = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(name or getattr(function, "__name__", "loss"), reduction)
        self.function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.function(y_true, y_pred)


FAMILIES = {
    mean_squared_error: MeanSquaredError,
    mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    cosine_similarity: CosineSimilarity,
    huber: Huber,
    log_cosh: LogCosh,
    hinge: Hinge,
    squared_hinge: SquaredHinge,
    categorical_hinge: CategoricalHinge,
    kl_divergence: KLDivergence,
    poisson: Poisson,
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
}
SHORT = {
    "mse": mean_squared_error,
    "mae": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "msle": mean_squared_logarithmic_error,
    "kld": kl_divergence,
    "bce": binary_crossentropy,
}
FUNCTIONS = {**table_of(*FAMILIES), **SHORT}
TABLE = {
    **table_of(*FAMILIES.values()),
    **{function.__name__: kind for function, kind in FAMILIES.items()},
    **{name: FAMILIES[function] for name, function in SHORT.items()},
}
OBJECTS = {**TABLE, **FUNCTIONS}  # what configs name: a function by its name is the function


def get(identifier: Any) -> Any:
    """A loss for a name, a config, a class, or a function of (y_true, y_pred).

    Args:
        identifier: what to look up; an object stays as it is.
    """
    identifier = named_by_user(identifier)
    if isinstance(identifier, str):
        return lookup(identifier, TABLE, "loss")()
    if isinstance(identifier, types.FunctionType) and identifier in FAMILIES:
        return FAMILIES[identifier]()
    if callable(identifier) and not isinstance(identifier, Loss) and not inspect.isclass(identifier):
        return FunctionLoss(identifier)
    return resolve(identifier, TABLE, "loss")
