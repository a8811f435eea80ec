"""What a step is traced with, apart from the data: every setting of a model, its optimizer, losses and metrics, as one value.

Steps are kept under it (`training/steps.py`). A setting that is changed makes another value, so that a step which was traced before
is not found again; and the value holds the objects that it names, so that none is mistaken for a later one at its address.
"""

import functools
import types
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from oribi.changes import Settings
from oribi.graph.node import Node
from oribi.layers.base.layer import Layer
from oribi.values import KerasTensor, Tensor, Variable

LONG = 1000  # items from which a container counts as one object: it holds data rather than settings

State = tuple[Any, ...]


class Same:
    """An object that is equal to itself alone."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


def state_of(model: Any) -> State:
    """All settings that can be reached from a model, as a value with a hash.

    Numbers and strings count by value, arrays and short containers by their elements, functions by identity and by what they close
    over, any other object by identity and by its attributes.
    """
    found: list[Any] = []
    seen: set[int] = set()
    stack = [model]
    while stack:
        value = stack.pop()
        if isinstance(value, _PLAIN):
            found.append((type(value), value))
        elif isinstance(value, float | np.generic):
            found.append((type(value), repr(value)))  # NaN is equal to itself, and -0.0 is not 0.0
        elif isinstance(value, np.ndarray) and value.dtype != object:
            found.append((value.shape, value.dtype.str, hash(value.tobytes())))
        else:
            short = isinstance(value, _CONTAINERS) and len(value) <= LONG
            found.append((type(value), len(value)) if short else Same(value))
            if id(value) not in seen:
                seen.add(id(value))
                stack.extend(_parts(value))
    return tuple(found)


def counts_all_changes(state: State) -> bool:
    """Whether every change of these settings is counted (`changes.py`).

    Arrays, lists that a user can reach, and objects and functions of the user's change without a word: such settings have to be
    looked through each time.
    """
    return not any(
        _changes_silently(type(same.it), name, item)
        for same in state
        if isinstance(same, Same) and isinstance(same.it, Settings)
        for name, item in vars(same.it).items()
        if name not in _OF_EVERY_LAYER
    )


def _changes_silently(kind: type, name: str, item: Any) -> bool:
    """Whether an attribute's value may change, and nobody counts it."""
    if isinstance(item, list | dict | set):
        bookkeeping = name.startswith("_") or (
            not isinstance(item, dict) and all(isinstance(i, Variable) for i in item)
        )
        return _is_foreign_class(kind) or not bookkeeping
    return isinstance(item, np.ndarray) or _is_foreign(item)


_OF_EVERY_LAYER = frozenset(vars(Layer())) | {"_flags", "_objectives", "optimizer", "loss"}


def _is_foreign_class(kind: type) -> bool:
    return kind.__module__.split(".")[0] != "oribi"


def _is_foreign(item: Any) -> bool:
    """Whether an object of the user's, whose changes nobody counts: no layer, nor anything else that counts them."""
    if isinstance(item, types.FunctionType):
        return bool(item.__closure__) and item.__module__.split(".")[0] != "oribi"
    return hasattr(item, "__dict__") and not isinstance(item, Settings | type) and _is_foreign_class(type(item))


_CONTAINERS = (Mapping, list, tuple, set, frozenset)
_PLAIN = (bool, int, str, bytes, complex, type(None))
_INDIVISIBLE = (
    Tensor,
    KerasTensor,
    Node,
    type,
    types.ModuleType,
    types.BuiltinFunctionType,
    np.ufunc,
    np.random.Generator,
)


def _parts(value: Any) -> Iterable[Any]:
    """What hangs on an object."""
    if isinstance(value, _INDIVISIBLE):
        return ()
    if isinstance(value, _CONTAINERS):
        if len(value) > LONG:
            return ()
        return [part for pair in value.items() for part in pair] if isinstance(value, Mapping) else value
    if isinstance(value, Variable):
        return value.trainable, value.constraint
    if isinstance(value, functools.partial):
        return value.func, value.args, value.keywords
    if isinstance(value, types.MethodType):
        return value.__func__, value.__self__
    if isinstance(value, types.FunctionType):
        return [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
    skipped = getattr(type(value), "not_settings", ())
    attributes = getattr(value, "__dict__", {})
    parts = [part for name, item in attributes.items() if name not in skipped for part in (name, item)]
    return [*parts, *value.tracked_parts()] if isinstance(value, Layer) else parts


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
