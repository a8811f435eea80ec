"""Regularizers: penalties on weights that are added to the loss, as `keras.regularizers`."""

from typing import Any

from oribi import ops
from oribi.changes import Settings
from oribi.config.names import table_of
from oribi.config.serialization import resolve


class Regularizer(Settings):
    """Base class: called with a weight, gives a scalar."""

    def __call__(self, x: Any) -> Any:
        return 0.0

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Regularizer":
        return cls(**config)


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x^2).

    Raises:
        ValueError: a factor that is negative or no number.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        for name, value in (("l1", l1), ("l2", l2)):
            if not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise ValueError(f"{type(self).__name__}: {name} must be a non-negative number, got {value!r}")
        self.l1, self.l2 = float(l1), float(l2)

    def __call__(self, x: Any) -> Any:
        penalty = ops.zeros((), x.dtype)
        if self.l1:
            penalty = ops.add(penalty, ops.multiply(ops.sum(ops.absolute(x)), self.l1))
        if self.l2:
            penalty = ops.add(penalty, ops.multiply(ops.sum(ops.square(x)), self.l2))
        return penalty

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """l1 * sum(|x|)."""

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(L1L2):
    """l2 * sum(x^2)."""

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


TABLE = {**table_of(L1, L2, L1L2), "l1_l2": L1L2}


def get(identifier: Any) -> Any:
    """A regularizer for a name, a config or a function.

    Args:
        identifier: what to look up; an object stays as it is.
    """
    return resolve(identifier, TABLE, "regularizer")
