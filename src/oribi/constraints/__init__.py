"""Constraints: what weights are brought back to after each step of an optimizer, as `keras.constraints`."""

from .constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm, get

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "get"]
