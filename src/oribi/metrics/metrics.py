"""The metrics: weighted means of a function of each example."""

from collections.abc import Callable
from typing import Any

import numpy as np

from oribi import losses, nest, ops
from oribi.changes import Settings
from oribi.layers.naming import auto_name
from oribi.layers.policy import dtype_of
from oribi.losses.reduction import align, masked_weights, weights_for
from oribi.tensor import Tensor, Variable
from oribi.utils.registry import lookup, named_by_user, resolve, table_of

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
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return ops.cast(ops.equal(ops.cast(y_true, "int64"), ops.cast(ops.argmax(y_pred, -1), "int64")), "float32")


# --- classes ----------------------------------------------------------------------------------------------------------


class Metric(Settings):
    """Base class: `update_state` adds a batch, `result` is the number over all of them, `reset_state` starts again.

    Args:
        name: of the metric.
        dtype: of its state.
    """

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.dtype = dtype_of(dtype)
        self._variables: list[Variable] = []

    def add_variable(
        self, shape: Any = (), initializer: Any = "zeros", dtype: Any = None, name: str = "variable"
    ) -> Variable:
        """Make a variable of the metric's state."""
        from oribi import initializers

        variable = Variable(initializers.get(initializer), tuple(shape), dtype or self.dtype, False, name)
        variable.path = f"{self.name}/{name}"
        self._variables.append(variable)
        return variable

    add_weight = add_variable

    @property
    def variables(self) -> list[Variable]:
        """The state: what `add_variable` made, then what attributes hold, that of other metrics too."""
        own, inner = self._held()
        found = [*self._variables, *own, *(v for metric in inner for v in metric.variables)]
        return list({id(variable): variable for variable in found}.values())

    def _held(self) -> tuple[list[Variable], list["Metric"]]:
        """The variables and the metrics that attributes hold."""
        leaves = nest.flatten([value for name, value in vars(self).items() if name != "_variables"])
        return [leaf for leaf in leaves if isinstance(leaf, Variable)], [
            leaf for leaf in leaves if isinstance(leaf, Metric)
        ]

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} needs an update_state(self, y_true, y_pred) method")

    def result(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a result(self) method")

    def reset_state(self) -> None:
        """Start again from zero."""
        own, inner = self._held()
        for variable in (*self._variables, *own):
            variable.store(np.zeros(variable.shape, variable.dtype))
        for metric in inner:
            metric.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Metric":
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class Mean(Metric):
    """The weighted mean of values.

    >>> m = Mean()
    >>> m.update_state([1.0, 3.0])
    >>> float(m.result())
    2.0
    """

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name or ("mean" if type(self) is Mean else None), dtype)
        # In float64, which counts exactly: float32 stays at 2^24, however many ones are added.
        self.total = self.add_variable(dtype="float64", name="total")
        self.count = self.add_variable(dtype="float64", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values = ops.cast(values, self.dtype)
        if sample_weight is None:
            self.count.assign(self.count + float(values.size))
        else:
            weights = weights_for(values, sample_weight)
            values = ops.multiply(values, weights)
            self.count.assign(self.count + ops.sum(weights))
        self.total.assign(self.total + ops.sum(values))

    def result(self) -> Tensor:
        empty = ops.equal(self.count, 0.0)
        mean = ops.divide(self.total, ops.where(empty, 1.0, self.count))
        return ops.cast(ops.where(empty, 0.0, mean), self.dtype)


class MeanMetricWrapper(Mean):
    """The mean of a function of (y_true, y_pred)."""

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **arguments: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self.fn = fn
        self._fn_kwargs = arguments

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        sample_weight = masked_weights(getattr(y_pred, "mask", None), sample_weight, self.dtype, "sum")
        super().update_state(self.fn(y_true, y_pred, **self._fn_kwargs), sample_weight)


class LossMetric(Mean):
    """A loss as a metric."""

    def __init__(self, loss: losses.Loss, name: str | None = None) -> None:
        super().__init__(name or loss.name)
        self.loss = loss

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        values = self.loss.call(ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred))
        for mask in (getattr(y_pred, "mask", None), getattr(values, "mask", None)):
            sample_weight = masked_weights(mask, sample_weight, self.dtype, "sum")
        super().update_state(values, sample_weight)


class Accuracy(MeanMetricWrapper):
    """How often predictions equal the true values."""

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions fall on the right side of a threshold."""

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


class MeanSquaredError(MeanMetricWrapper):
    """The mean squared difference."""

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean absolute difference."""

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


TABLE = {
    **table_of(
        Accuracy,
        BinaryAccuracy,
        CategoricalAccuracy,
        SparseCategoricalAccuracy,
        Mean,
        MeanSquaredError,
        MeanAbsoluteError,
    ),
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
}


def get(identifier: Any) -> Any:
    """A metric for a name, a config, a class, a loss, or a function of (y_true, y_pred)."""
    identifier = named_by_user(identifier)
    if isinstance(identifier, losses.Loss):
        return LossMetric(identifier)
    if isinstance(identifier, str) and identifier not in TABLE:
        try:
            return LossMetric(losses.get(identifier), identifier)
        except ValueError:
            lookup(identifier, TABLE, "metric")
    if isinstance(identifier, str):
        found = lookup(identifier, TABLE, "metric")
        return found(name=identifier)
    if callable(identifier) and not isinstance(identifier, Metric | type):
        return MeanMetricWrapper(identifier)
    return resolve(identifier, TABLE, "metric")


def resolve_for(identifier: Any, y_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...]) -> Any:
    """A metric for a name, where `accuracy` and `crossentropy` mean what fits the true values and the output.

    As Keras does it: an output of one column is binary; true values of the output's shape are one-hot rows; else they
    are integer classes.
    """
    if identifier in ("accuracy", "acc"):
        kind = _kind(y_shape, output_shape)
        choice = {"binary": BinaryAccuracy, "one_hot": CategoricalAccuracy, "sparse": SparseCategoricalAccuracy}
        return choice[kind](name=identifier)
    if identifier in ("crossentropy", "ce"):
        prefix = {"binary": "binary", "one_hot": "categorical", "sparse": "sparse_categorical"}
        return LossMetric(losses.get(f"{prefix[_kind(y_shape, output_shape)]}_crossentropy"), identifier)
    return get(identifier)


def _kind(y_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...]) -> str:
    if output_shape[-1] == 1:
        return "binary"
    one_hot = len(y_shape) == len(output_shape) and y_shape[-1] == output_shape[-1]
    return "one_hot" if one_hot else "sparse"
