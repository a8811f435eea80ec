"""Metric: the base class, and means of what batches give."""

from collections.abc import Callable
from typing import Any

import numpy as np

from oribi import losses, nest, ops
from oribi.changes import Settings
from oribi.config.names import auto_name
from oribi.layers.base.policy import dtype_of
from oribi.losses.reduction import masked_weights, weights_for
from oribi.values import Tensor, Variable


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


class Sum(Metric):
    """The weighted sum of values.

    >>> m = Sum()
    >>> m.update_state([1.0, 3.0])
    >>> float(m.result())
    4.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.total = self.add_variable(dtype="float64", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values = ops.cast(values, self.dtype)
        if sample_weight is not None:
            values = ops.multiply(values, weights_for(values, sample_weight))
        self.total.assign(self.total + ops.sum(values))

    def result(self) -> Tensor:
        return ops.cast(self.total.value, self.dtype)


class MeanOfPairs(Mean):
    """The mean of what true values and predictions give, without what their mask or that of the values leaves out."""

    def values_of(self, y_true: Any, y_pred: Any) -> Tensor:
        """A number for each example."""
        raise NotImplementedError(f"{type(self).__name__} needs a values_of(self, y_true, y_pred) method")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        values = self.values_of(y_true, y_pred)
        for mask in (getattr(y_pred, "mask", None), getattr(values, "mask", None)):
            sample_weight = masked_weights(mask, sample_weight, self.dtype, "sum")
        super().update_state(values, sample_weight)


class MeanMetricWrapper(MeanOfPairs):
    """The mean of a function of (y_true, y_pred).

    Args:
        fn: function of (y_true, y_pred) that gives a value for each example.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **arguments: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self.fn = fn
        self._fn_kwargs = arguments

    def values_of(self, y_true: Any, y_pred: Any) -> Tensor:
        return self.fn(y_true, y_pred, **self._fn_kwargs)


class LossMetric(MeanOfPairs):
    """A loss as a metric."""

    def __init__(self, loss: losses.Loss, name: str | None = None) -> None:
        super().__init__(name or loss.name)
        self.loss = loss

    def values_of(self, y_true: Any, y_pred: Any) -> Tensor:
        return self.loss.call(ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred))
