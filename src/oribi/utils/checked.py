"""The arguments of constructors, checked by name: each function gives the value back, or raises a ValueError."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def _refuse(who: str, name: str, expected: str, value: Any) -> ValueError:
    return ValueError(f"{who}: {name} must be {expected}. Received: {name}={value!r}")


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number, NumPy's too."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)


def positive(who: str, name: str, value: Any) -> int:
    """A whole number above zero."""
    if not is_whole(value) or value < 1:
        raise _refuse(who, name, "a positive whole number", value)
    return int(value)


def number(who: str, name: str, value: Any, least: float | None = None) -> float:
    """A number, of which NaN is none, that is at least so large."""
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not is_number or value != value or (least is not None and value < least):
        raise _refuse(who, name, "a number" + ("" if least is None else f" of at least {least}"), value)
    return value


def axes(who: str, name: str, value: Any, count: int | None = None) -> int | list[int]:
    """A whole number, or a list of so many."""
    if is_whole(value):
        return int(value)
    listed = list(value) if isinstance(value, list | tuple) else []
    if not listed or not all(is_whole(axis) for axis in listed) or count not in (None, len(listed)):
        raise _refuse(who, name, f"a whole number, or {'a list' if count is None else count} of them", value)
    return [int(axis) for axis in listed]


def sizes(who: str, name: str, value: Any, least: int, open_as: Any) -> tuple[Any, ...]:
    """Whole numbers of at least `least`; `open_as` stands for a size that is not said."""
    listed = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else None
    if listed is None or not all(size == open_as or (is_whole(size) and size >= least) for size in listed):
        raise _refuse(who, name, f"a list of whole numbers of at least {least}, or {open_as}", value)
    return tuple(size if size is None else int(size) for size in listed)
