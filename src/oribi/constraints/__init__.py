"""Constraints: what weights are brought back to after each step of an optimizer, as `keras.constraints`."""

from oribi.config.entry_points import entry_points as _entry_points

from .constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm, get

serialize, deserialize = _entry_points("constraints", "constraint")

# the other names that Keras has for them
max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]
