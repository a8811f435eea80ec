"""Activations by name, as `keras.activations`."""

from typing import Any

from oribi import ops
from oribi.config.names import table_of
from oribi.config.serialization import resolve
from oribi.ops import (
    elu,
    exp,
    hard_sigmoid,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from oribi.ops import gelu as _gelu
from oribi.ops import relu as _relu
from oribi.values import Tensor


def linear(x: Any) -> Any:
    """x itself."""
    return x


def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """max(x, 0), or x where it is above the threshold and zero elsewhere; with a ceiling, and less a slope below the threshold.

    Args:
        x: a tensor, or anything that makes one.
        negative_slope: slope below the threshold.
        max_value: ceiling; none by default.
        threshold: what is not above it is cut.
    """
    if threshold == 0.0:
        positive = _relu(x)
    else:
        x = ops.convert_to_tensor(x)
        positive = ops.where(ops.less_equal(x, threshold), ops.zeros_like(x), x)
    if max_value is not None:
        positive = ops.clip(positive, 0.0, max_value)
    if negative_slope == 0.0:
        return positive
    return ops.subtract(positive, ops.multiply(_relu(ops.subtract(threshold, x)), negative_slope))


def gelu(x: Any, approximate: bool = False) -> Tensor:
    """x times the normal distribution function at x; with `approximate`, by a tanh."""
    return _gelu(x, approximate)


def exponential(x: Any) -> Tensor:
    """e to the power of x."""
    return exp(x)


_FUNCTIONS: tuple[Any, ...] = (
    elu,
    exponential,
    gelu,
    hard_sigmoid,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    relu,
    relu6,
)
_FUNCTIONS += (selu, sigmoid, silu, softmax, softplus, softsign, tanh)
TABLE = {**table_of(*_FUNCTIONS), "swish": silu}


def get(identifier: Any) -> Any:
    """An activation for a name or a function; `linear` for None.

    Args:
        identifier: what to look up; an object stays as it is.
    """
    return linear if identifier is None else resolve(identifier, TABLE, "activation")
