"""The arguments of fit, evaluate and predict, checked by name."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from oribi import callbacks as cb
from oribi.data import Source, is_stream, source_of
from oribi.data.batch import unpack_x_y_sample_weight


def whole(word: str, value: Any, least: int = 1) -> int:
    """A whole number that is at least so large.

    Raises:
        ValueError: it is another number, or none.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        kind = "a positive whole number" if least == 1 else f"a whole number of at least {least}"
        raise ValueError(f"{word} must be {kind}, got {value!r}")
    return int(value)


def optional(word: str, value: Any) -> int | None:
    """A positive whole number, or None."""
    return None if value is None else whole(word, value)


def verbosity(verbose: Any) -> int:
    """0, 1 or 2."""
    if isinstance(verbose, str) and verbose == "auto":
        return 1
    if not isinstance(verbose, int | np.integer | np.bool_) or verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1, 2 or 'auto', got {verbose!r}")
    return int(verbose)


def shuffled(shuffle: Any) -> bool:
    """Whether rows are taken in another order each epoch."""
    if not isinstance(shuffle, bool | np.bool_):
        raise ValueError(f"shuffle must be True or False, got {shuffle!r}")
    return bool(shuffle)


def share(validation_split: Any) -> float:
    """The share of the rows that is held back to validate on."""
    if isinstance(validation_split, bool) or not isinstance(validation_split, int | float | np.integer | np.floating):
        raise ValueError(f"validation_split must be a number, got {validation_split!r}")
    if not 0 <= validation_split < 1:
        raise ValueError(f"validation_split must be between 0 and 1, got {validation_split}")
    return float(validation_split)


def validation_epochs(frequency: Any) -> int | Collection[int]:
    """After every so many epochs, or after those of these numbers."""
    if isinstance(frequency, list | tuple | set | frozenset | range):
        return frozenset(whole("validation_freq", epoch) for epoch in frequency)
    return whole("validation_freq", frequency)


def validation_data(given: Any, with_y: bool, batch_size: int | None) -> Source:
    """The batches of `validation_data`: of `(x, y)`, `(x, y, sample_weight)`, `x` where the model trains on that alone, or of
    what gives batches.

    Args:
        given: as given to `fit`.
        with_y: whether it trains with true values.
        batch_size: rows of a batch of arrays.

    Raises:
        ValueError: it has other parts.
    """
    if is_stream(given):
        return source_of(given, word="validation_data: ")
    parts = given if isinstance(given, list | tuple) and 1 <= len(given) <= 3 else (given,)
    x, y, sample_weight = unpack_x_y_sample_weight(parts)
    if with_y and y is None:
        raise ValueError(
            f"validation_data must be (x, y) or (x, y, sample_weight), as the data to train on; got {_described(given)}"
        )
    return source_of(x, y, sample_weight, batch_size, word="validation_data: ")


def _described(value: Any) -> str:
    count = f" of {len(value)} parts" if isinstance(value, list | tuple) else ""
    return f"a {type(value).__name__}{count}"


def callback_list(given: Any) -> list[Any]:
    """Callbacks: one, a list of them, or none.

    Raises:
        TypeError: something else.
    """
    listed = given.callbacks if isinstance(given, cb.CallbackList) else given
    listed = [] if listed is None else list(listed) if isinstance(listed, list | tuple) else [listed]
    for callback in listed:
        if isinstance(callback, type) or not hasattr(callback, "set_model"):
            raise TypeError(f"callbacks must be a Callback or a list of them, got {callback!r}")
    return listed


def class_weights(given: Any) -> Mapping[Any, float]:
    """A weight for each class.

    Raises:
        TypeError: it is no dict.
        ValueError: what it names cannot be classes or weights.
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"class_weight must be a dict of a weight for each class, got {given!r}")
    for label, weight in given.items():
        whole(
            "class_weight: a class", int(label) if isinstance(label, float) and label == int(label) else label, least=0
        )
        if isinstance(weight, bool) or not isinstance(weight, int | float | np.integer | np.floating):
            raise ValueError(f"class_weight: the weight of class {label} must be a number, got {weight!r}")
    return given
