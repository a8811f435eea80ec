"""What a layer is made of: variables, layers, random generators and metrics that its attributes hold, also in lists and dicts.

Containers are read when somebody asks, so it does not matter when or how a thing was put into one, or by which name it is known.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oribi.random import SeedGenerator
from oribi.tensor import Variable

BOOKKEEPING = frozenset({"_tracker", "_regularized", "_added", "_graph", "_steps", "_run", "history", "states"})


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

    def __getstate__(self) -> list[Any]:
        """Without addresses, which are others in a copy."""
        return [self._is_layer, *(list(parts.values()) for parts in (self._parts, self._fixed, self._trained))]

    def __setstate__(self, state: list[Any]) -> None:
        self._is_layer, *parts = state
        self._parts, self._fixed, self._trained = ({id(part): part for part in listed} for listed in parts)

    def add(self, part: Any, fixed: bool = False) -> None:
        """Note a part; a fixed one stays, whether an attribute holds it or not."""
        if id(part) not in self._parts:
            self._parts[id(part)] = part
            if isinstance(part, Variable) and part.trainable:
                self._trained[id(part)] = part
        if fixed:
            self._fixed[id(part)] = part

    def note(self, value: Any) -> None:
        """Note the parts in the value of an attribute."""
        for part in self._in(value, set()):
            self.add(part)

    def release(self, value: Any) -> None:
        """An attribute holds a value no longer: its variables stay only where another one holds them."""
        for part in self._in(value, set()):
            if isinstance(part, Variable):
                self._fixed.pop(id(part), None)

    def remove(self, part: Any) -> None:
        """Forget a fixed part."""
        self._fixed.pop(id(part), None)
        self._parts.pop(id(part), None)

    def parts(self, attributes: Mapping[str, Any]) -> list[Any]:
        """All parts, given the layer's attributes."""
        seen: set[int] = set()
        values = [value for name, value in list(attributes.items()) if name not in BOOKKEEPING]
        found = {id(part): part for value in values for part in self._in(value, seen)}
        self._parts = {key: part for key, part in self._parts.items() if key in found or key in self._fixed}
        self._trained = {key: part for key, part in self._trained.items() if key in self._parts}
        for part in found.values():
            self.add(part)
        return list(self._parts.values())

    def could_train(self, variable: Variable) -> bool:
        """Whether a variable could train when it came: freezing changes no order of weights."""
        return id(variable) in self._trained

    def _in(self, value: Any, seen: set[int]) -> Iterator[Any]:
        """The parts in a value, each container once."""
        if self._is_layer(value) or isinstance(value, Variable | SeedGenerator) or is_metric(value):
            yield value
        elif isinstance(value, list | tuple | set | frozenset | Mapping) and id(value) not in seen:
            seen.add(id(value))
            for item in list(value.values() if isinstance(value, Mapping) else value):
                yield from self._in(item, seen)


def is_metric(value: Any) -> bool:
    """Whether a value is a metric: something with `update_state`, `result` and `reset_state`."""
    kind = type(value)
    return all(hasattr(kind, method) for method in ("update_state", "result", "reset_state"))
