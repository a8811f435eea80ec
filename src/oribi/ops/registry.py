"""The table of ops: what a functional model may be made of beside layers, and where Keras keeps each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from .symbolic import symbolic

Function = TypeVar("Function", bound=Callable[..., Any])

# The parameters that Keras' op objects are called with, tensors and functions; all others are settings of theirs.
CALLED_WITH = frozenset(
    [
        "x",
        "x1",
        "x2",
        "xs",
        "inputs",
        "variable",
        "condition",
        "key",
        "indices",
        "start_indices",
        "updates",
        "fill_value",
        "constant_values",
        "start",
        "stop",
        "step",
        "kernel",
        "depthwise_kernel",
        "pointwise_kernel",
        "target",
        "targets",
        "output",
        "predictions",
        "f",
        "true_fn",
        "false_fn",
        "pred",
        "index",
        "branches",
        "operands",
        "init",
        "init_val",
        "elements",
        "loop_vars",
    ]
)


@dataclass(frozen=True)
class Op:
    """An op.

    Attributes:
        function: of tensors that have values.
        public: the same, which records itself when it meets a tensor that has none.
        module: where Keras has its class.
        class_name: what Keras calls that.
    """

    function: Callable[..., Any]
    public: Callable[..., Any]
    module: str
    class_name: str


OPERATIONS: dict[str, Op] = {}
BY_CLASS: dict[str, Op] = {}


@overload
def op(home: Function) -> Function: ...


@overload
def op(home: str = "numpy", class_name: str | None = None) -> Callable[[Function], Function]: ...


def op(home: Any = "numpy", class_name: str | None = None) -> Any:
    """Enter a function into the table; other ops go on calling the function itself.

    Args:
        home: the module of `keras.src.ops` that has it.
        class_name: what Keras calls it; the function's name in camel case by default.
    """
    if not isinstance(home, str):
        return op()(home)

    def enter(function: Function) -> Function:
        name = function.__name__
        named = class_name or _in_camel_case(name)
        BY_CLASS[named] = OPERATIONS[name] = Op(function, symbolic(function), f"keras.src.ops.{home}", named)
        return function

    return enter


def alias(name: str, function: Callable[..., Any]) -> None:
    """Enter a second name of an op into the table."""
    BY_CLASS[_in_camel_case(name)] = OPERATIONS[name] = OPERATIONS[function.__name__]


def _in_camel_case(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
