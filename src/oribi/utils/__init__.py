"""Helpers that users reach for: seeds, one-hot labels, the progress bar."""

from oribi.random import set_random_seed

from .labels import to_categorical
from .progbar import Progbar

__all__ = ["Progbar", "set_random_seed", "to_categorical"]
