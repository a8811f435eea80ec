"""Names: of classes in tables, in whatever case, and those that nobody gave."""

import difflib
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

_lock = threading.Lock()
_used: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """`SparseCategoricalAccuracy` -> `sparse_categorical_accuracy`."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


def table_of(*things: Callable[..., Any]) -> dict[str, Any]:
    """Classes and functions under their own name, in snake case too."""
    return {key: t for t in things for key in (t.__name__, snake_case(t.__name__))}


def lookup(name: str, table: Mapping[str, Any], what: str) -> Any:
    """The entry of a table under a name, in whatever case.

    Raises:
        ValueError: there is none; the message suggests the nearest.
    """
    for key in (name, name.lower(), snake_case(name)):
        if key in table:
            return table[key]
    near = difflib.get_close_matches(name.lower(), table, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known are: {', '.join(sorted(table))}."
    raise ValueError(f"unknown {what}: {name!r}.{hint}")


def forget_names() -> None:
    """Begin again with the names that are made up."""
    with _lock:
        _used.clear()


def auto_name(class_name: str) -> str:
    """The next name for an object of a class."""
    base = snake_case(class_name).lstrip("_")
    with _lock:
        number = _used[base]
        _used[base] += 1
    return f"{base}_{number}" if number else base
