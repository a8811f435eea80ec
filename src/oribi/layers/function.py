"""Lambda: a function as a layer. The one place where a file may hold code, which is never run unasked."""

import base64
import builtins
import marshal
import types
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from oribi import ops
from oribi.config.scopes import get_registered_name, trusts_code, users_own
from oribi.config.serialization import named_by, serialize

from .base.layer import Layer
from .base.shapes import Shape

LAMBDA = "__lambda__"


class Lambda(Layer):
    """A function of tensors as a layer. A class of your own is better kept in files: the code of a Python lambda is only loaded
    with `safe_mode=False`, and only by the Python that wrote it.

    Input shape: what the function takes. Output shape: what the function gives.

    Args:
        function: called on the inputs; it may take `mask` and `training`.
        output_shape: of one example, or a function of the input's shape; found by calling, by default.
        mask: of the output, or a function of inputs and mask.
        arguments: more keyword arguments of the function.

    Raises:
        TypeError: function is not callable.

    >>> Lambda(lambda x: x * 2)(ops.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda: function must be callable. Received: {function!r}")
        self.function, self.mask, self.supports_masking = function, mask, mask is not None
        self.arguments = dict(arguments or {})
        self._output_shape = output_shape

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        code = getattr(self.function, "__code__", None)
        taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code is not None else ()
        given = {"mask": mask, "training": training}
        return self.function(inputs, **self.arguments, **{k: v for k, v in given.items() if k in taken})

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        return self.mask(inputs, previous) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Shape) -> Any:
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        return (input_shape[0], *self._output_shape)

    def get_config(self) -> dict[str, Any]:
        functions = {"function": self.function, "mask": self.mask, "output_shape": self._output_shape}
        own = {name: _written(value) for name, value in functions.items() if value is not None}
        return {**super().get_config(), **own, "arguments": serialize(self.arguments)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Lambda":
        functions = ("function", "mask", "output_shape")
        return cls(**{key: _read(value) if key in functions else value for key, value in config.items()})


def _written(value: Any) -> Any:
    """A function as a config: by its name, or, where it has none, its code."""
    if not isinstance(value, types.FunctionType):
        return serialize(value)
    if value.__name__ != "<lambda>":
        own = {"module": value.__module__, "registered_name": get_registered_name(value)}
        return {"class_name": "function", "config": value.__name__, **own}
    if value.__closure__:
        raise ValueError("Lambda: a lambda that uses variables around it cannot be written to a file; make it a layer")
    warnings.warn(
        "a file with the code of a Python lambda is only loaded with safe_mode=False: a registered function is better",
        UserWarning,
        stacklevel=2,
    )
    code = base64.encodebytes(marshal.dumps(value.__code__)).decode()
    return {"class_name": LAMBDA, "config": {"code": code, "defaults": value.__defaults__, "closure": None}}


def _read(value: Any) -> Any:
    """What `_written` was given; a function is one that the user registered or passed along, unless code is trusted.

    Raises:
        ValueError: it is code, which was not asked for, or a function that is not known.
    """
    if isinstance(value, str):
        if value not in users_own():
            raise ValueError(
                f"Lambda: the function {value!r} is not known: pass it as custom_objects={{{value!r}: ...}}"
            )
        return users_own()[value]
    if isinstance(value, list) and value and isinstance(value[0], str):  # as Keras 2 wrote code
        value = {"class_name": LAMBDA, "config": {"code": value[0], "defaults": value[1] if len(value) > 1 else None}}
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == LAMBDA:
        return _function_of(value.get("config"))
    return named_by(value, {}, "function")


def _function_of(config: Any) -> Any:
    if not trusts_code():
        raise ValueError(
            "the file carries the code of a Python lambda, which could do anything on this machine. If the file is your own, "
            "load it with safe_mode=False; better, make the function a layer, or register it"
        )
    warnings.warn("running code from the file, as safe_mode=False allows", UserWarning, stacklevel=2)
    config = config.get("value", config)
    text = config["code"] if isinstance(config, Mapping) else config[0]
    defaults = config.get("defaults") if isinstance(config, Mapping) else None
    import numpy as np

    import oribi

    code = marshal.loads(base64.decodebytes(text.encode()))
    around = {"__builtins__": builtins, "ops": ops, "np": np, "oribi": oribi, "keras": oribi}
    return types.FunctionType(code, around, "<lambda>", tuple(defaults) if defaults else None)
