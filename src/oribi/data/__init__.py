"""Data: what users pass to `fit`, `evaluate` and `predict`, as batches that a loop of steps runs over.

In come arrays, generators, data sets that give batches by number, loaders; out go `Source`s: `Resident` ones, of arrays that are
there as a whole, and `Stream`s, which are read ahead by a thread. A source knows nothing of models and steps.
"""

from .given import is_stream, source_of
from .order import Order
from .py_dataset import PyDataset
from .rows import Rows, as_columns, as_rows
from .source import NoBatches, Part, Parts, Resident, Source
from .stream import Stream

__all__ = [
    "NoBatches",
    "Order",
    "Part",
    "Parts",
    "PyDataset",
    "Resident",
    "Rows",
    "Source",
    "Stream",
    "as_columns",
    "as_rows",
    "is_stream",
    "source_of",
]
