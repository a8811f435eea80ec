"""What a layer is made of: variables, layers, random generators and metrics that its attributes hold, also in lists and dicts.

Containers are read when somebody asks, so it does not matter when or how a thing was put into one, or by which name it is known.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oribi.random import SeedGenerator
from oribi.values import Variable

_CONTAINERS = (list, tuple, set, frozenset, Mapping)
BOOKKEEPING = frozenset({"_tracker", "_regularized", "_added", "_graph", "_steps", "_flags", "history", "states"})


class Tracker:
    """The parts of one layer, in the order in which they came.

    Args:
        is_layer: says what counts as a layer.
    """

    def __init__(self, is_layer: Callable[[Any], bool]) -> None:
        self._is_layer = is_layer
        self._parts: dict[int, Any] = {}
        self._fixed: dict[int, Any] = {}  # those that need no attribute
        self._trained: dict[int, Variable] = {}  # variables that could train when they came
        self._forget()

    def _forget(self) -> None:
        """What was read of the attributes is to be read again."""
        self._stale = True  # whether an attribute was set since they were read
        self._held: list[Any] = []  # values that are parts, or may hold some
        self._silent = False  # whether any of them may change and count no change
        self._listed: dict[Any, list[Any]] = {}  # the parts, by kind

    def __getstate__(self) -> list[Any]:
        """Without addresses, which are others in a copy."""
        return [self._is_layer, *(list(parts.values()) for parts in (self._parts, self._fixed, self._trained))]

    def __setstate__(self, state: list[Any]) -> None:
        self._is_layer, *parts = state
        self._parts, self._fixed, self._trained = ({id(part): part for part in listed} for listed in parts)
        self._forget()

    def add(self, part: Any, fixed: bool = False) -> None:
        """Note a part; a fixed one stays, whether an attribute holds it or not."""
        if id(part) not in self._parts:
            self._parts[id(part)] = part
            self._listed = {}
            if isinstance(part, Variable) and part.trainable:
                self._trained[id(part)] = part
        if fixed:
            self._fixed[id(part)] = part

    def note(self, value: Any) -> None:
        """Note the parts in the value that an attribute is about to get."""
        self._stale = True
        for part in self._in(value, set()):
            self.add(part)

    def release(self, value: Any) -> None:
        """An attribute is about to lose a value: its variables stay only where another one holds them."""
        self._stale = True
        for part in self._in(value, set()):
            if isinstance(part, Variable):
                self._fixed.pop(id(part), None)
                self._listed = {}

    def remove(self, part: Any) -> None:
        """Forget a fixed part."""
        self._fixed.pop(id(part), None)
        self._parts.pop(id(part), None)
        self._listed = {}

    def parts(self, attributes: Mapping[str, Any], kind: Any = object) -> list[Any]:
        """The parts of a kind, given the layer's attributes. The list is not the caller's to change."""
        if self._stale:
            self._held = [v for name, v in list(attributes.items()) if name not in BOOKKEEPING and self._may_hold(v)]
            self._silent = any(isinstance(value, _CONTAINERS) for value in self._held)
            self._stale, self._listed = False, {}
        if self._silent or object not in self._listed:
            self._listed = {object: self._looked_through()}
        if kind not in self._listed:
            self._listed[kind] = [part for part in self._listed[object] if isinstance(part, kind)]
        return self._listed[kind]

    def _looked_through(self) -> list[Any]:
        seen: set[int] = set()
        found = {id(part): part for value in self._held for part in self._in(value, seen)}
        self._parts = {key: part for key, part in self._parts.items() if key in found or key in self._fixed}
        self._trained = {key: part for key, part in self._trained.items() if key in self._parts}
        for part in found.values():
            self.add(part)
        return list(self._parts.values())

    def _may_hold(self, value: Any) -> bool:
        """Whether an attribute's value is a part, or may hold parts now or later."""
        if isinstance(value, tuple):
            return any(self._may_hold(item) for item in value)
        return isinstance(value, _CONTAINERS) or self._is_part(value)

    def _is_part(self, value: Any) -> bool:
        return self._is_layer(value) or isinstance(value, Variable | SeedGenerator) or is_metric(value)

    def could_train(self, variable: Variable) -> bool:
        """Whether a variable could train when it came: freezing changes no order of weights."""
        return id(variable) in self._trained

    def _in(self, value: Any, seen: set[int]) -> Iterator[Any]:
        """The parts in a value, each container once."""
        if self._is_part(value):
            yield value
        elif isinstance(value, _CONTAINERS) and id(value) not in seen:
            seen.add(id(value))
            for item in list(value.values() if isinstance(value, Mapping) else value):
                yield from self._in(item, seen)


def is_metric(value: Any) -> bool:
    """Whether a value is a metric: something with `update_state`, `result` and `reset_state`."""
    kind = type(value)
    return all(hasattr(kind, method) for method in ("update_state", "result", "reset_state"))
