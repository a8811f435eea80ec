"""A count of the settings that were changed: says cheaply that nothing was, so that a compiled step may run again as it is.

A layer, an optimizer, a loss, whatever a training step is traced from, is a `Settings`: each assignment to one of its attributes
counts, whoever the object belongs to. Only when the count moved does a model look its own settings through
(`training/settings.py`).
"""

import itertools
from typing import Any

_numbers = itertools.count(1)
_count = 0


def count() -> int:
    """How many changes there have been."""
    return _count


def note() -> None:
    """One more change."""
    global _count
    _count = next(_numbers)


class Settings:
    """Base class of objects whose attributes a step is traced with.

    Attributes:
        not_settings: names of attributes that no step reads: bookkeeping and results.

    >>> before = count()
    >>> class Scale(Settings): ...
    >>> scale = Scale()
    >>> scale.factor = 2.0
    >>> count() > before
    True
    """

    not_settings: frozenset[str] = frozenset()

    def __setattr__(self, key: str, value: Any) -> None:
        object.__setattr__(self, key, value)
        if key not in self.not_settings:
            note()

    def __delattr__(self, key: str) -> None:
        object.__delattr__(self, key)
        note()
