"""Ops in the configs of functional models, in Keras' form: an op is an object there, whose settings are its config and whose
tensors are what it is called with. Names and parameters are the same on both sides."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from oribi.ops.registry import BY_CLASS, CALLED_WITH, OPERATIONS

Arguments = tuple[list[Any], dict[str, Any]]


def op_config(function: Callable[..., Any], name: str, args: Any, kwargs: Any) -> tuple[dict[str, Any], Arguments]:
    """The entry of a call of an op, and what it is called with beside its settings.

    Raises:
        ValueError: it is no op of `oribi.ops`.
    """
    op = OPERATIONS.get(function.__name__)
    if op is None:
        raise ValueError(f"the model has a call of {function.__name__!r}, which is no op of oribi.ops: make it a layer")
    given = inspect.signature(function).bind(*args, **kwargs).arguments
    called = [value for key, value in given.items() if key in CALLED_WITH]
    if op is OPERATIONS["getitem"] and isinstance(called[-1], list):
        called[-1] = np.array(called[-1])  # a list that is read is a tuple
    settings = {key: value for key, value in given.items() if key not in CALLED_WITH}
    entry = {"module": op.module, "class_name": op.class_name, "config": {"name": name, **settings}}
    return {**entry, "registered_name": op.class_name}, (called, {})


def is_op(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of a config is of an op rather than of a layer."""
    return ".ops" in str(entry.get("module"))


def op_of(entry: Mapping[str, Any]) -> Callable[..., Any]:
    """A function of what the op of an entry is called with.

    Raises:
        ValueError: there is no such op.
    """
    op = BY_CLASS.get(entry["class_name"])
    if op is None:
        raise ValueError(f"the config names an op that oribi does not have: {entry['class_name']!r}")
    parameters = inspect.signature(op.function).parameters
    settings = {key: value for key, value in entry["config"].items() if key in parameters or value not in (None, False)}
    settings.pop("name", None)

    def call(*args: Any, **kwargs: Any) -> Any:
        names = [key for key in parameters if key in CALLED_WITH]
        if op is OPERATIONS["getitem"] and isinstance(args[-1], list):
            args = (*args[:-1], tuple(args[-1]))
        return op.public(**{**settings, **dict(zip(names, args, strict=False)), **kwargs})

    return call
