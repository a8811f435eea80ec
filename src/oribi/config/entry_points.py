"""`serialize` and `deserialize` of a family, such as `oribi.losses.serialize`: under Keras' names, arguments included."""

import inspect
from collections.abc import Callable
from typing import Any

from . import families
from .scopes import custom_object_scope
from .serialization import resolve, serialize

Function = Callable[..., Any]


def entry_points(family: str, argument: str, config: str = "config") -> tuple[Function, Function]:
    """The two functions of a family.

    Args:
        family: a key of `families.FAMILIES`.
        argument: what `serialize` calls its argument.
        config: what `deserialize` calls its first one.
    """
    what = families.FAMILIES[family][0]

    def revive(given: Any, custom_objects: Any = None) -> Any:
        with custom_object_scope(custom_objects):
            return resolve(given, families.table(family), what)

    return (
        _function("serialize", serialize, {argument: inspect.Parameter.empty}, SERIALIZE.format(what, argument)),
        _function(
            "deserialize",
            revive,
            {config: inspect.Parameter.empty, "custom_objects": None},
            DESERIALIZE.format(what, config),
        ),
    )


SERIALIZE = """The config of a {0}.

Args:
    {1}: the object; a function gives its name.
"""
DESERIALIZE = """A {0} of its config, or of a name.

Args:
    {1}: as `serialize` gave it.
    custom_objects: {{name: class or function}} that it may name, beside what is registered.

Raises:
    ValueError: it names what is not known.
"""


def _function(name: str, function: Function, parameters: dict[str, Any], doc: str) -> Function:
    """A function under another name, with other names of its arguments, in their order."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(p, kind, default=d) for p, d in parameters.items()])

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*signature.bind(*args, **kwargs).arguments.values())

    call.__name__ = call.__qualname__ = name
    call.__doc__, call.__signature__ = doc, signature  # type: ignore[attr-defined]
    return call
