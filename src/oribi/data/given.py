"""What users pass to `fit`, `evaluate` and `predict`, as a source of batches."""

import itertools
import warnings
from collections.abc import Iterator, Mapping, MappingView, Set
from typing import Any

from oribi.values.convert import ARRAY_PROTOCOLS

from .batch import unpack_x_y_sample_weight
from .order import Order
from .py_dataset import PyDataset
from .rows import Rows, as_rows
from .source import Resident, Source
from .stream import Feed, Stream
from .workers import items

BATCH = 32


def is_stream(x: Any) -> bool:
    """Whether something gives batches rather than being an array, or a nest of arrays: a generator or another iterator, a
    `PyDataset`, or what can be iterated and has no items by number, as a loader."""
    if isinstance(x, PyDataset) or hasattr(x, "__next__"):
        return True
    if isinstance(x, Mapping | MappingView | Set) or any(
        hasattr(x, protocol) for protocol in (*ARRAY_PROTOCOLS, "__getitem__")
    ):
        return False
    return hasattr(x, "__iter__")


def source_of(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    order: Order | None = None,
    word: str = "",
) -> Source:
    """The source of batches that a user's arguments say.

    Args:
        x: arrays, or what gives batches.
        y, sample_weight: arrays.
        batch_size: rows of a batch of arrays; 32 by default.
        order: of arrays' rows, or of a `PyDataset`'s batches.
        word: what messages begin with.

    Raises:
        ValueError, TypeError: the data cannot be meant.
    """

    def checked(batch: Any, number: int) -> Rows:
        return as_rows(*unpack_x_y_sample_weight(batch), word=f"{word}batch {number}: ")

    if not is_stream(x):
        return Resident(as_rows(x, y, sample_weight, word), BATCH if batch_size is None else batch_size, order)
    feed = _feed(x)
    _refuse_beside(feed.kind, word, y=y, sample_weight=sample_weight)
    if batch_size is not None:
        warnings.warn(f"{word}batch_size={batch_size} is not used: the {feed.kind} gives batches", stacklevel=3)
    return Stream(feed, checked, order)


def _refuse_beside(kind: str, word: str, **given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{word}{name} is given beside a {kind}: it has to be part of the batches, as (x, y, sample_weight)"
            )


def _feed(x: Any) -> Feed:
    kind = type(x).__name__
    if isinstance(x, PyDataset):
        count = x.num_batches

        def opened(order: Order) -> Iterator[Any]:
            numbers = itertools.count() if count is None else order.of(count)
            return items(x, range(count or 0) if numbers is None else map(int, numbers))

        return Feed(kind, opened, count, on_epoch_begin=x.on_epoch_begin, on_epoch_end=x.on_epoch_end)
    if hasattr(x, "__next__"):
        return Feed(kind, lambda _: x, once=True)
    return Feed(kind, lambda _: iter(x), _length(x))


def _length(x: Any) -> int | None:
    """How many batches it says that it has."""
    try:
        return len(x)
    except (TypeError, NotImplementedError, AttributeError):
        return None
