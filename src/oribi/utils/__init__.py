"""Helpers that users reach for: seeds, one-hot labels, the parts of a batch, data sets of batches, the progress bar."""

from oribi.data.batch import pack_x_y_sample_weight, unpack_x_y_sample_weight
from oribi.data.py_dataset import PyDataset
from oribi.random.random import set_random_seed

from .labels import to_categorical
from .progbar import Progbar

Sequence = PyDataset

__all__ = [
    "Progbar",
    "PyDataset",
    "Sequence",
    "pack_x_y_sample_weight",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
