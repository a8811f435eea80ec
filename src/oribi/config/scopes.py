"""The user's own classes and functions that configs may name: what is registered, and what a block passes along."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from oribi.context import context, current

T = TypeVar("T")

_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """A decorator: configs may name this class or function, as `package>name`.

    Args:
        package: what it belongs to.
        name: the class's own by default.

    Raises:
        ValueError: a class that has no `get_config`.

    >>> @register_keras_serializable("mine")
    ... def double(x):
    ...     return 2 * x
    >>> get_registered_name(double)
    'mine>double'
    """

    def decorate(thing: T) -> T:
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(f"{thing.__name__} cannot be registered: it has no get_config() method")
        full = f"{package}>{name or thing.__name__}"  # type: ignore[attr-defined]
        _registered[full] = thing
        _names[thing] = full
        return thing

    return decorate


def get_registered_name(obj: Any) -> str:
    """The name that a class or function was registered under, or its own.

    Args:
        obj: a class, a function, or an object of one.
    """
    return _names.get(obj, obj.__name__)


def get_registered_object(name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """What is registered, or passed along, under a name; None where nothing is.

    Args:
        name: as `package>name`.
        custom_objects: {name: class or function} that may be named, beside what is registered.
    """
    return {**users_own(), **(custom_objects or {})}.get(name)


def get_custom_objects() -> dict[str, Any]:
    """The registered classes and functions by name: the dict itself, which may be added to."""
    return _registered


def users_own() -> Mapping[str, Any]:
    """What configs may name beside the tables: what is registered, and what the scopes around add."""
    return {**_registered, **current.custom_objects}


def named_by_user(identifier: Any) -> Any:
    """What the user registered or passed along under a name; whatever else is given stays as it is."""
    return users_own().get(identifier, identifier) if isinstance(identifier, str) else identifier


@contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Configs that are read inside of the block, in this thread, may name these classes and functions.

    Args:
        custom_objects: {name: class or function}.
    """
    with context(custom_objects={**current.custom_objects, **(custom_objects or {})}):
        yield


@contextmanager
def trusting_code(trusted: bool) -> Iterator[None]:
    """Whether configs that are read inside of the block, in this thread, may carry code. What a file says cannot change it."""
    with context(trusted=trusted):
        yield


def trusts_code() -> bool:
    return current.trusted


def is_registered(thing: Any) -> bool:
    """Whether it is a class or a function that the user registered."""
    return thing in _names
