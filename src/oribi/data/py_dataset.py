"""PyDataset: batches by number, made by Python code."""

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Base class of data sets that give batches by number.

    A subclass has `__getitem__(index)`, which gives a whole batch, `(x, y)` or `(x, y, sample_weight)`, and `__len__`, how many
    there are; or `num_batches`, None where there is no end. `on_epoch_begin` and `on_epoch_end` are called around every epoch.

    Args:
        workers: threads or processes that make batches ahead of the loop. One is a thread.
        use_multiprocessing: make them in processes. The data set is pickled, or forked, for each.
        max_queue_size: at most so many batches are made ahead by workers.

    >>> import numpy as np
    >>> class Ones(PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         return np.ones((4, 3)), np.full((4, 1), index)
    >>> [y[0, 0].item() for _, y in Ones()]
    [0, 1]
    """

    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __getitem__(self, index: int) -> Any:
        """The batch of this number."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__, which gives a batch by its number")

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        return (self[index] for index in (itertools.count() if count is None else range(count)))

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None where there is no end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} needs __len__, or num_batches: the number of its batches, or None"
        )

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch."""
