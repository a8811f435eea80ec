"""Accuracies: how often predictions are right."""

from typing import Any

from oribi import ops
from oribi.losses.reduction import align, align_classes
from oribi.utils import checked
from oribi.values import Tensor

from .metric import MeanMetricWrapper

# --- functions: one number for each example ---------------------------------------------------------------------------


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Where the prediction equals the true value."""
    y_true, y_pred = align(y_true, ops.cast(y_pred, "float32"))
    return ops.cast(ops.equal(y_true, y_pred), "float32")


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """The share of an example's predictions that fall on the right side of the threshold."""
    y_true, y_pred = align(y_true, y_pred)
    hits = ops.equal(y_true, ops.cast(ops.greater(y_pred, threshold), y_true.dtype))
    return ops.mean(ops.cast(hits, "float32"), axis=-1)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Whether the largest prediction stands where the one-hot row has its largest value."""
    return ops.cast(ops.equal(ops.argmax(y_true, -1), ops.argmax(y_pred, -1)), "float32")


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Whether the largest prediction stands at the class that y_true names."""
    y_true, y_pred = align_classes(y_true, y_pred)
    return ops.cast(ops.equal(ops.cast(y_true, "int64"), ops.cast(ops.argmax(y_pred, -1), "int64")), "float32")


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """Whether fewer than k predictions are larger than that of the class that y_true names."""
    y_true, y_pred = align_classes(y_true, y_pred)
    return ops.cast(ops.in_top_k(ops.cast(y_true, "int32"), y_pred, k), "float32")


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """Whether fewer than k predictions are larger than that of the one-hot row's class."""
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, -1), y_pred, k)


# --- classes ----------------------------------------------------------------------------------------------------------


class Accuracy(MeanMetricWrapper):
    """How often predictions equal the true values."""

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions fall on the right side of a threshold.

    Raises:
        ValueError: threshold is not between 0 and 1.
    """

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f"BinaryAccuracy: threshold must be between 0 and 1, got {threshold}")
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "threshold": self.threshold}


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is the one-hot row's class."""

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is the class that the integer names."""

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the one-hot row's class is among the k largest predictions."""

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=checked.positive("TopKCategoricalAccuracy", "k", k))
        self.k = k

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class that the integer names is among the k largest predictions."""

    def __init__(self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None) -> None:
        whole = checked.positive("SparseTopKCategoricalAccuracy", "k", k)
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=whole)
        self.k = k

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}
