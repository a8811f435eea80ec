"""Where in a file the variables of a model's parts lie: the layout of Keras 3.

A part is found by the attribute that holds it; parts in a list, by their classes and their order among those. So names that were
made up, and differ from one model to the next, do not matter.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from oribi.config.names import snake_case
from oribi.layers.base.layer import Layer
from oribi.models import Functional, Sequential
from oribi.optimizers.optimizer import Optimizer
from oribi.values import Variable

Place = tuple[str, Any]


def places(model: Any) -> Iterator[Place]:
    """Every part of a model that has variables of its own, with its path; each part once, at the first path that leads to it."""
    yield from _walk(model, "", set())


def own_variables(part: Any) -> list[Variable]:
    """The variables that are written at a part's place."""
    if isinstance(part, Optimizer):
        return part.variables
    return part.own_variables()


def _walk(part: Any, path: str, seen: set[int]) -> Iterator[Place]:
    if id(part) in seen:
        return
    seen.add(id(part))
    if own_variables(part):
        yield path, part
    for name, child in _children(part):
        below = f"{path}/{name}" if path else name
        yield from _walk(child, below, seen) if _is_part(child) else _walk_all(child, below, seen)


def _walk_all(container: Any, path: str, seen: set[int]) -> Iterator[Place]:
    """The parts in a list, a tuple or a dict."""
    used: dict[str, int] = {}
    for item in container.values() if isinstance(container, Mapping) else container:
        if not isinstance(item, Layer | list | tuple | Mapping):
            continue
        name = snake_case(item.saved_name or type(item).__name__) if isinstance(item, Layer) else "container"
        number = used.get(name, 0)
        used[name] = number + 1
        below = f"{path}/{name}_{number}" if number else f"{path}/{name}"
        yield from _walk(item, below, seen) if isinstance(item, Layer) else _walk_all(item, below, seen)


def _is_part(value: Any) -> bool:
    return isinstance(value, Layer | Optimizer)


def _children(part: Any) -> Iterator[tuple[str, Any]]:
    """The attributes that hold parts: those that a model is made of first, private ones last."""
    if isinstance(part, Optimizer):
        return
    if isinstance(part, Functional | Sequential):
        yield "layers", part.layers
    renamed = part.saved_as
    attributes = {renamed.get(name, name): value for name, value in vars(part).items() if name not in _BOOKKEEPING}
    for name in sorted(attributes, key=lambda n: f"~{n}" if n.startswith("_") else n):
        if _is_part(attributes[name]) or isinstance(attributes[name], list | tuple | Mapping):
            yield name, attributes[name]


_BOOKKEEPING = frozenset(vars(Layer())) | {"_steps", "_graph", "_objectives"}
