"""Regularizers: penalties on weights that are added to the loss, as `keras.regularizers`."""

from .regularizers import L1, L1L2, L2, Regularizer, get

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get"]
