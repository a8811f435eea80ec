"""Nests: lists, tuples and dicts of leaves, in each other; what layers and models take and return.

>>> made = {"a": 1, "b": [2, 3]}
>>> flatten(made), structure(made)
([1, 2, 3], ('dict', ('a', 'b'), ('leaf', ('list', ('leaf', 'leaf')))))
>>> pack(structure(made), [10, 20, 30])
{'a': 10, 'b': [20, 30]}
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Structure = Any  # "leaf", ("dict", keys, parts), ("list", parts) or ("tuple", parts): compares by value, and has a hash


def flatten(nest: Any) -> list[Any]:
    """The leaves, in order."""
    return list(_leaves(nest))


def _leaves(nest: Any) -> Iterator[Any]:
    if isinstance(nest, Mapping):
        for value in nest.values():
            yield from _leaves(value)
    elif isinstance(nest, list | tuple):
        for value in nest:
            yield from _leaves(value)
    else:
        yield nest


def structure(nest: Any) -> Structure:
    """A nest without its leaves."""
    if isinstance(nest, Mapping):
        return "dict", tuple(nest), tuple(structure(v) for v in nest.values())
    if isinstance(nest, list | tuple):
        return "list" if isinstance(nest, list) else "tuple", tuple(structure(v) for v in nest)
    return "leaf"


def pack(made: Structure, leaves: Sequence[Any]) -> Any:
    """The nest of a structure with these leaves."""
    return _packed(made, iter(leaves))


def _packed(made: Structure, leaves: Iterator[Any]) -> Any:
    if made == "leaf":
        return next(leaves)
    parts = [_packed(part, leaves) for part in made[-1]]
    if made[0] == "dict":
        return dict(zip(made[1], parts, strict=True))
    return parts if made[0] == "list" else tuple(parts)


def mapped(function: Callable[[Any], Any], nest: Any) -> Any:
    """The nest with `function` applied to each leaf."""
    if isinstance(nest, Mapping):
        return {key: mapped(function, value) for key, value in nest.items()}
    if isinstance(nest, list | tuple):
        return type(nest)(mapped(function, value) for value in nest)
    return function(nest)
