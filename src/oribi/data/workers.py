"""The batches of a PyDataset, made by several threads or processes and given in order."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .py_dataset import PyDataset

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future


def items(dataset: PyDataset, numbers: Iterable[int]) -> Iterator[Any]:
    """The batches of these numbers, made as the data set's `workers` say."""
    if dataset.workers > 1 or (dataset.workers > 0 and dataset.use_multiprocessing):
        return _made_ahead(dataset, iter(numbers))
    return (dataset[number] for number in numbers)


def _made_ahead(dataset: PyDataset, numbers: Iterator[int]) -> Iterator[Any]:
    ahead = max(dataset.max_queue_size, dataset.workers)
    with _pool(dataset) as pool:
        item = _item if dataset.use_multiprocessing else dataset.__getitem__
        waiting: deque[Future[Any]] = deque(pool.submit(item, number) for number in itertools.islice(numbers, ahead))
        try:
            while waiting:
                batch = waiting.popleft().result()
                waiting.extend(pool.submit(item, number) for number in itertools.islice(numbers, 1))
                yield batch
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _pool(dataset: PyDataset) -> "Executor":
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor  # long to import

    if dataset.use_multiprocessing:
        return ProcessPoolExecutor(dataset.workers, initializer=_take_over, initargs=(dataset,))
    return ThreadPoolExecutor(dataset.workers, thread_name_prefix="oribi-worker")


_dataset: Any = None  # of a worker process


def _take_over(dataset: PyDataset) -> None:
    global _dataset
    _dataset = dataset


def _item(number: int) -> Any:
    return _dataset[number]
