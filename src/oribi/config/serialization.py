"""Objects -> configs, and configs or names -> objects.

Only what is in a family's table can be named, and what the user registered or passed along: nothing is ever imported by the name
that a config gives.
"""

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .names import lookup
from .scopes import get_registered_name, is_registered, users_own

BUILT_IN = (
    "keras",
    "oribi",
    "tf_keras",
    "tensorflow.python.keras",
)  # modules whose classes configs name without registering


def resolve(identifier: Any, table: Mapping[str, Any], what: str) -> Any:
    """An object for a name, a config, a class or an object; None stays None.

    Raises:
        ValueError: an unknown name, or nothing that could be meant.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = users_own().get(identifier) or lookup(identifier, table, what)
        return found() if inspect.isclass(found) else found
    if isinstance(identifier, Mapping):
        return deserialize(identifier, table, what)
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    raise ValueError(f"expected a {what}, its name or its config, got {identifier!r}")


def serialize(thing: Any) -> Any:
    """The config of an object, in Keras' form: where its class is found, its name, and its arguments.

    Plain values stay as they are, lists and dicts are gone through; a function of oribi's own becomes its name.
    """
    if thing is None or isinstance(thing, str | int | float | bool):
        return thing
    if isinstance(thing, list | tuple):
        return [serialize(item) for item in thing]
    if isinstance(thing, Mapping):
        return {key: serialize(value) for key, value in thing.items()}
    if hasattr(thing, "get_config"):
        kind = type(thing)
        config = {"module": _module(kind), "class_name": kind.__name__, "config": serialize(thing.get_config())}
        config["registered_name"] = None if _is_ours(kind) else get_registered_name(kind)
        return {**config, **getattr(thing, "more_config", dict)()}
    if hasattr(thing, "item") and not getattr(thing, "shape", ()):
        return thing.item()
    if not hasattr(thing, "__name__"):
        raise ValueError(f"{thing!r} cannot be written into a config: give its class a get_config() method")
    if is_registered(thing):
        own = {"module": thing.__module__, "registered_name": get_registered_name(thing)}
        return {"class_name": "function", "config": thing.__name__, **own}
    if thing.__name__ == "<lambda>":
        raise ValueError("a lambda cannot be written into a config: give it a name, and register it")
    return thing.__name__


def _is_ours(kind: type) -> bool:
    return kind.__module__.split(".")[0] == "oribi" and not is_registered(kind)


def _module(kind: type) -> str:
    """Where a class is found: under Keras' name for that place, so that files mean the same there."""
    if not _is_ours(kind):
        return kind.__module__
    public = getattr(kind, "keras_module", None)
    return public or "keras." + kind.__module__.split(".")[1]


def deserialize(config: Any, table: Mapping[str, Any], what: str) -> Any:
    """The object of a config that `serialize` made, or Keras.

    Raises:
        ValueError: no such config, or a class that is neither in the table nor known as the user's own.
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise ValueError(f"the config of a {what} needs 'class_name' and 'config', got {_short(config)}")
    found = named_by(config, table, what)
    if not hasattr(found, "from_config"):
        return found
    inner = config.get("config") or {}
    if not isinstance(inner, Mapping):
        raise ValueError(f"the config of {what} {config['class_name']!r} must be a dict, got {_short(inner)}")
    made = found.from_config(_understood(found, inner))
    for key, method in (("build_config", "build_from_config"), ("compile_config", "compile_from_config")):
        if config.get(key) and hasattr(made, method):
            getattr(made, method)(config[key])
    return made


def _understood(found: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """A config without what Keras knows and oribi does not, as long as it is switched off there."""
    if not _is_ours(found):
        return dict(config)
    taken = _arguments(found)
    return {key: value for key, value in config.items() if key in taken or value not in (None, False)}


@lru_cache(maxsize=None)
def _arguments(kind: type) -> frozenset[str]:
    """The names of all that the constructor takes, those that it hands on to its bases included."""
    taken: set[str] = set()
    for base in kind.__mro__:
        parameters = inspect.signature(base.__init__).parameters.values() if "__init__" in vars(base) else ()  # type: ignore[misc]
        taken.update(p.name for p in parameters)
        if parameters and all(p.kind is not p.VAR_KEYWORD for p in parameters):
            break
    return frozenset(taken)


def named_by(config: Mapping[str, Any], table: Mapping[str, Any], what: str) -> Any:
    """The class or function that a config names."""
    name, custom = config["class_name"], users_own()
    names = [config.get("registered_name"), config.get("config"), name]
    if name == "__lambda__":
        raise ValueError("a config carries the code of a Python lambda where none is taken")
    for key in names if name == "function" else (names[0], name):
        if isinstance(key, str) and key in custom:
            return custom[key]
    module = config.get("module")
    if name == "function":
        name = config.get("config")
    if not isinstance(name, str) or not (module is None or is_built_in(module)):
        raise ValueError(
            f"the config names {what} {name!r} of {module!r}, which is not oribi's own: register it with "
            "oribi.saving.register_keras_serializable, or pass it as custom_objects={...}"
        )
    return lookup(name, table, what)


def is_built_in(module: Any) -> bool:
    return isinstance(module, str) and any(
        module == own or module.startswith(own + ".") for own in ("builtins", *BUILT_IN)
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + " ..."
