"""Metrics that are means of losses: errors of numbers, margins, divergences, crossentropies."""

from typing import Any

from oribi import losses, ops
from oribi.losses.reduction import align
from oribi.values import Tensor

from .metric import MeanMetricWrapper, MeanOfPairs


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """The cosine of the angle between y_true and y_pred along an axis."""
    return ops.negative(losses.cosine_similarity(y_true, y_pred, axis))


class MeanSquaredError(MeanMetricWrapper):
    """The mean squared difference."""

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)
        self._direction = "down"


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean absolute difference."""

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)
        self._direction = "down"


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean absolute difference in percent of the true value."""

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)
        self._direction = "down"


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean squared difference of the logarithms of one plus the values."""

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)
        self._direction = "down"


class LogCoshError(MeanMetricWrapper):
    """The mean logarithm of the difference's hyperbolic cosine."""

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)
        self._direction = "down"


class Hinge(MeanMetricWrapper):
    """The mean of max(1 - y_true * y_pred, 0)."""

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)
        self._direction = "down"


class SquaredHinge(MeanMetricWrapper):
    """The mean of max(1 - y_true * y_pred, 0)^2."""

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)
        self._direction = "down"


class CategoricalHinge(MeanMetricWrapper):
    """The mean of max(largest wrong prediction - right one + 1, 0)."""

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)
        self._direction = "down"


class KLDivergence(MeanMetricWrapper):
    """The mean Kullback-Leibler divergence."""

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kl_divergence, name, dtype)
        self._direction = "down"


class Poisson(MeanMetricWrapper):
    """The mean of y_pred - y_true * log(y_pred)."""

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)
        self._direction = "down"


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between y_true and y_pred along an axis."""

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(cosine_similarity, name, dtype, axis=axis)
        self.axis, self._direction = axis, "up"

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class RootMeanSquaredError(MeanOfPairs):
    """The root of the mean squared difference.

    >>> m = RootMeanSquaredError()
    >>> m.update_state([[0.0], [0.0]], [[3.0], [4.0]])
    >>> round(float(m.result()), 4)
    3.5355
    """

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self._direction = "down"

    def values_of(self, y_true: Any, y_pred: Any) -> Tensor:
        y_true, y_pred = align(y_true, y_pred)
        return ops.square(ops.subtract(y_pred, y_true))

    def result(self) -> Tensor:
        return ops.sqrt(super().result())


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean of -(t log(p) + (1 - t) log(1 - p)).

    Args:
        from_logits: predictions are scores before the sigmoid, rather than probabilities.
        label_smoothing: how far labels are drawn to 0.5.
    """

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        given = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.binary_crossentropy, name, dtype, **given)
        self.from_logits, self.label_smoothing, self._direction = from_logits, label_smoothing, "down"

    def get_config(self) -> dict[str, Any]:
        own = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **own}


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean of -sum(y_true * log(probability)) for one-hot rows.

    Args:
        from_logits: predictions are scores before the softmax, rather than probabilities.
        label_smoothing: how far rows are drawn to equal shares.
        axis: of the classes.

    Raises:
        ValueError: targets that are not one-hot rows of the output's shape.
    """

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        given: dict[str, Any] = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name, dtype, **given)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        self._direction = "down"

    def get_config(self) -> dict[str, Any]:
        own = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing, "axis": self.axis}
        return {**super().get_config(), **own}


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean of -log(probability of the true class), for integers.

    Args:
        from_logits: predictions are scores before the softmax, rather than probabilities.
        ignore_class: a class whose examples count nothing.
        axis: of the classes.

    Raises:
        ValueError: targets that do not name one class a row, or name one that there is not.
    """

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        given: dict[str, Any] = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name, dtype, **given)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis
        self._direction = "down"

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
            "axis": self.axis,
        }
