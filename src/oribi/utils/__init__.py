"""Helpers that users reach for: seeds, one-hot labels, the parts of a batch, the progress bar."""

from oribi.random.random import set_random_seed

from .batches import pack_x_y_sample_weight, unpack_x_y_sample_weight
from .labels import to_categorical
from .progbar import Progbar

__all__ = ["Progbar", "pack_x_y_sample_weight", "set_random_seed", "to_categorical", "unpack_x_y_sample_weight"]
