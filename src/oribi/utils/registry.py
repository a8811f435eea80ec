"""Names -> classes: how strings and configs become objects. Only what is in a table can be named."""

import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any


def snake_case(name: str) -> str:
    """`SparseCategoricalAccuracy` -> `sparse_categorical_accuracy`."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


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


def resolve(identifier: Any, table: Mapping[str, Any], what: str) -> Any:
    """An object for a name, a config, a class or an object; None stays None.

    Raises:
        ValueError: an unknown name, or nothing that could be meant.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = lookup(identifier, table, what)
        return found() if inspect.isclass(found) else found
    if isinstance(identifier, Mapping):
        return deserialize(identifier, table, what)
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    raise ValueError(f"expected a {what}, its name or its config, got {identifier!r}")


def serialize(thing: Any) -> Any:
    """The config of an object, or the name of a function."""
    if thing is None or isinstance(thing, str | int | float | bool):
        return thing
    if hasattr(thing, "get_config"):
        return {"class_name": type(thing).__name__, "config": thing.get_config()}
    return getattr(thing, "__name__", str(thing))


def deserialize(config: Any, table: Mapping[str, Any], what: str) -> Any:
    """The object of a config that `serialize` made."""
    if not isinstance(config, Mapping) or "class_name" not in config:
        raise ValueError(f"the config of a {what} needs 'class_name' and 'config', got {config!r}")
    found = lookup(config["class_name"], table, what)
    return found.from_config(config.get("config", {}))


def table_of(*things: Callable[..., Any]) -> dict[str, Any]:
    """Classes and functions under their own name, in snake case too."""
    return {key: t for t in things for key in (t.__name__, snake_case(t.__name__))}
