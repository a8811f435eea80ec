"""Names that nobody gave: `dense`, `dense_1`, ..."""

import threading
from collections import Counter

from oribi.utils.registry import snake_case

_lock = threading.Lock()
_used: Counter[str] = Counter()


def auto_name(class_name: str) -> str:
    """The next name for an object of a class."""
    base = snake_case(class_name).lstrip("_")
    with _lock:
        number = _used[base]
        _used[base] += 1
    return f"{base}_{number}" if number else base
