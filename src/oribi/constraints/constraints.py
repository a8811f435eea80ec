"""Constraints: what weights are brought back to after each step of an optimizer, as `keras.constraints`."""

from collections.abc import Sequence
from typing import Any

from oribi import ops
from oribi.changes import Settings
from oribi.config.defaults import epsilon
from oribi.config.names import table_of
from oribi.config.serialization import resolve

Axis = int | Sequence[int]


class Constraint(Settings):
    """Base class: called with a weight, gives what takes its place.

    >>> class Whole(Constraint):
    ...     def __call__(self, w):
    ...         return ops.round(w)
    >>> Whole()(ops.convert_to_tensor([0.4, 1.7])).numpy()
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        return w

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Constraint":
        return cls(**config)


class NonNeg(Constraint):
    """No element below zero.

    >>> NonNeg()(ops.convert_to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        return ops.maximum(w, 0)


class MinMaxNorm(Constraint):
    """Norms kept between two bounds.

    Args:
        min_value, max_value: the bounds.
        rate: how far a norm goes towards them: 1 at once, less by that part of the way at each step.
        axis: one axis or several, along which the norms are taken: 0 for a Dense kernel `(inputs, units)`, `[0, 1, 2]` for a
            Conv2D kernel.

    >>> MinMaxNorm(1.0, 2.0)(ops.convert_to_tensor([[3.0], [4.0]])).numpy().round(3)
    array([[1.2],
           [1.6]], dtype=float32)
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axis = 0) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, self.axis)
        wanted = ops.clip(norms, self.min_value, self.max_value)
        if self.rate != 1:
            wanted = ops.add(ops.multiply(wanted, self.rate), ops.multiply(norms, 1 - self.rate))
        return ops.multiply(w, ops.divide(wanted, ops.add(norms, epsilon())))

    def get_config(self) -> dict[str, Any]:
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


class MaxNorm(MinMaxNorm):
    """Norms kept below a bound (Srivastava et al., 2014).

    Args:
        max_value: the bound.
        axis: as for `MinMaxNorm`.
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0) -> None:
        super().__init__(0, max_value, axis=axis)

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """Norms of one.

    Args:
        axis: as for `MinMaxNorm`.
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return ops.divide(w, ops.add(_norms(w, self.axis), epsilon()))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


def _norms(w: Any, axis: Axis) -> Any:
    axes = axis if isinstance(axis, int) else tuple(axis)
    return ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))


TABLE = table_of(MaxNorm, NonNeg, UnitNorm, MinMaxNorm)


def get(identifier: Any) -> Any:
    """A constraint for a name, a config or a function.

    Args:
        identifier: what to look up; an object stays as it is.
    """
    return resolve(identifier, TABLE, "constraint")
