"""Activations by name, as `keras.activations`."""

from oribi.config.entry_points import entry_points as _entry_points
from oribi.ops import (
    elu,
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

from .activations import exponential, gelu, get, linear, relu

serialize, deserialize = _entry_points("activations", "activation")

# the other names that Keras has for them
swish = silu

__all__ = [
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_sigmoid",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]
