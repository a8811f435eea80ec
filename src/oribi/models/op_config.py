"""Ops in the configs of functional models, in Keras' form: an op is an object there, whose settings are its config and whose
tensors are what it is called with. Names and parameters are the same on both sides."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from oribi import ops
from oribi.config.names import snake_case

# The parameters that ops are called with; all others are settings.
CALLED_WITH = frozenset(
    {
        *(
            "x",
            "x1",
            "x2",
            "xs",
            "inputs",
            "kernel",
            "depthwise_kernel",
            "pointwise_kernel",
            "condition",
            "key",
            "indices",
        ),
        *("target", "targets", "output", "predictions", "start_indices", "updates", "fill_value", "constant_values"),
    }
)
CLASSES = {"getitem": "GetItem", "abs": "Absolute"}
NAMES = {"get_item": "getitem"}
CORE = ("cast", "slice", "slice_update", "stop_gradient")
MATH = ("erf", "in_top_k", "logsumexp", "rsqrt", "top_k")

Arguments = tuple[list[Any], dict[str, Any]]


def op_config(function: Callable[..., Any], name: str, args: Any, kwargs: Any) -> tuple[dict[str, Any], Arguments]:
    """The entry of a call of an op, and what it is called with beside its settings.

    Raises:
        ValueError: it is no op of `oribi.ops`.
    """
    op = function.__name__
    if op not in ops.OPERATIONS:
        raise ValueError(f"the model has a call of {op!r}, which is no op of oribi.ops: make it a layer")
    given = inspect.signature(function).bind(*args, **kwargs).arguments
    called = [value for key, value in given.items() if key in CALLED_WITH]
    if op == "getitem" and isinstance(called[-1], list):
        called[-1] = np.array(called[-1])  # a list that is read is a tuple
    settings = {key: value for key, value in given.items() if key not in CALLED_WITH}
    kind = CLASSES.get(op) or "".join(part.capitalize() for part in op.split("_"))
    in_nn = inspect.unwrap(function).__module__.endswith(".nn")
    home = "core" if op in CORE else "math" if op in MATH else "nn" if in_nn else "numpy"
    entry = {"module": f"keras.src.ops.{home}", "class_name": kind, "config": {"name": name, **settings}}
    return {**entry, "registered_name": kind}, (called, {})


def is_op(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of a config is of an op rather than of a layer."""
    return ".ops" in str(entry.get("module"))


def op_of(entry: Mapping[str, Any]) -> Callable[..., Any]:
    """A function of what the op of an entry is called with.

    Raises:
        ValueError: there is no such op.
    """
    name = snake_case(entry["class_name"])
    function = ops.OPERATIONS.get(NAMES.get(name, name))
    if function is None:
        raise ValueError(f"the config names an op that oribi does not have: {entry['class_name']!r}")
    parameters = inspect.signature(function).parameters
    settings = {key: value for key, value in entry["config"].items() if key in parameters or value not in (None, False)}
    settings.pop("name", None)

    def call(*args: Any, **kwargs: Any) -> Any:
        names = [key for key in parameters if key in CALLED_WITH]
        if name == "get_item" and isinstance(args[-1], list):
            args = (*args[:-1], tuple(args[-1]))
        return function(**{**settings, **dict(zip(names, args, strict=False)), **kwargs})

    return call
