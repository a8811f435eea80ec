"""Names that nobody gave, `dense`, `dense_1`, ..., and those of data formats."""

import threading
from collections import Counter

from oribi.utils.registry import snake_case

_lock = threading.Lock()
_used: Counter[str] = Counter()


def data_format_of(class_name: str, given: str | None) -> str:
    """A layer's data_format; channels come last by default.

    Raises:
        ValueError: there is no such format.
    """
    if given not in (None, "channels_last", "channels_first"):
        raise ValueError(f"{class_name}: data_format must be channels_last or channels_first, got {given!r}")
    return given or "channels_last"


def auto_name(class_name: str) -> str:
    """The next name for an object of a class."""
    base = snake_case(class_name).lstrip("_")
    with _lock:
        number = _used[base]
        _used[base] += 1
    return f"{base}_{number}" if number else base
