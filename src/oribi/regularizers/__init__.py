"""Regularizers: penalties on weights that are added to the loss, as `keras.regularizers`."""

from oribi.config.entry_points import entry_points as _entry_points

from .regularizers import L1, L1L2, L2, Regularizer, get

serialize, deserialize = _entry_points("regularizers", "regularizer")

# the other names that Keras has for them
l1 = L1
l1_l2 = L1L2
l2 = L2

__all__ = ["L1", "L1L2", "L2", "Regularizer", "deserialize", "get", "l1", "l1_l2", "l2", "serialize"]
