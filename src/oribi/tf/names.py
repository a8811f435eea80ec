"""The names of `tensorflow`, in terms of oribi's."""

import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from oribi import (
    activations,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    utils,
)
from oribi import random as _random
from oribi.graph import dtypes as _dtypes
from oribi.layers import Input
from oribi.models import Model, Sequential
from oribi.random.random import next_seed as _next_seed
from oribi.tape import GradientTape
from oribi.values import Tensor, Variable

from .tensors import (
    abs,
    add,
    argmax,
    argmin,
    cast,
    clip_by_value,
    concat,
    constant,
    convert_to_tensor,
    cos,
    divide,
    equal,
    exp,
    expand_dims,
    eye,
    fill,
    floor,
    gather,
    greater,
    less,
    linspace,
    log,
    matmul,
    maximum,
    minimum,
    multiply,
    one_hot,
    ones,
    ones_like,
    pow,
    range,
    rank,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    reshape,
    round,
    shape,
    sigmoid,
    sin,
    size,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    subtract,
    tanh,
    transpose,
    where,
    zeros,
    zeros_like,
)

newaxis = None
float32, float64, bool = "float32", "float64", "bool"
int8, int16, int32, int64, uint8, uint16, uint32 = _dtypes.INTEGERS

keras = types.SimpleNamespace(
    Input=Input,
    Model=Model,
    Sequential=Sequential,
    Variable=Variable,
    activations=activations,
    callbacks=callbacks,
    constraints=constraints,
    datasets=datasets,
    initializers=initializers,
    layers=layers,
    losses=losses,
    metrics=metrics,
    models=models,
    ops=ops,
    optimizers=optimizers,
    random=_random,
    regularizers=regularizers,
    utils=utils,
)

math = types.SimpleNamespace(
    abs=abs,
    add=add,
    argmax=argmax,
    divide=divide,
    equal=equal,
    exp=exp,
    log=log,
    maximum=maximum,
    minimum=minimum,
    multiply=multiply,
    reduce_max=reduce_max,
    reduce_mean=reduce_mean,
    reduce_min=reduce_min,
    reduce_sum=reduce_sum,
    pow=pow,
    reduce_prod=reduce_prod,
    sigmoid=sigmoid,
    sqrt=sqrt,
    square=square,
    subtract=subtract,
    tanh=tanh,
)


def _softmax(logits: Any, axis: int = -1) -> Tensor:
    """exp(logits) / sum(exp(logits)) along an axis."""
    return ops.softmax(logits, axis)


def _log_softmax(logits: Any, axis: int = -1) -> Tensor:
    """log(softmax(logits)) along an axis."""
    return ops.log_softmax(logits, axis)


def _sparse_crossentropy(labels: Any, logits: Any) -> Tensor:
    """-log(probability of the class that the label names)."""
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def _crossentropy(labels: Any, logits: Any, axis: int = -1) -> Tensor:
    """-sum(labels * log(probability))."""
    return ops.categorical_crossentropy(labels, logits, from_logits=True, axis=axis)


nn = types.SimpleNamespace(
    elu=ops.elu,
    gelu=lambda features, approximate=False: ops.gelu(features, approximate),
    leaky_relu=ops.leaky_relu,
    log_softmax=_log_softmax,
    relu=ops.relu,
    relu6=ops.relu6,
    selu=ops.selu,
    sigmoid=ops.sigmoid,
    silu=ops.silu,
    softmax=_softmax,
    softmax_cross_entropy_with_logits=_crossentropy,
    softplus=ops.softplus,
    sparse_softmax_cross_entropy_with_logits=_sparse_crossentropy,
    tanh=tanh,
)

random = types.SimpleNamespace(
    normal=lambda shape, mean=0.0, stddev=1.0, dtype=None, seed=None: _random.normal(
        shape, mean, stddev, dtype, seed if seed is not None else _next_seed()
    ),
    set_seed=utils.set_random_seed,
    uniform=lambda shape, minval=0.0, maxval=1.0, dtype=None, seed=None: _random.uniform(
        shape, minval, maxval, dtype, seed if seed is not None else _next_seed()
    ),
)

__version__ = "2.16.0"  # of the TensorFlow whose names these are


@contextmanager
def device(device_name: Any) -> Iterator[None]:
    """A block for a device: everything runs on the engine that `oribi.config` chose, whatever is named.

    Args:
        device_name: as TensorFlow names it.
    """
    yield


__all__ = [
    "__version__",
    "GradientTape",
    "Tensor",
    "Variable",
    "abs",
    "add",
    "argmax",
    "argmin",
    "bool",
    "cast",
    "clip_by_value",
    "concat",
    "constant",
    "convert_to_tensor",
    "cos",
    "device",
    "divide",
    "equal",
    "exp",
    "expand_dims",
    "eye",
    "fill",
    "float32",
    "float64",
    "floor",
    "gather",
    "greater",
    "int16",
    "int32",
    "int64",
    "int8",
    "keras",
    "less",
    "linspace",
    "math",
    "matmul",
    "maximum",
    "minimum",
    "multiply",
    "newaxis",
    "nn",
    "one_hot",
    "ones",
    "ones_like",
    "pow",
    "random",
    "range",
    "rank",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "reshape",
    "round",
    "shape",
    "sigmoid",
    "sin",
    "size",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "subtract",
    "tanh",
    "transpose",
    "uint16",
    "uint32",
    "uint8",
    "where",
    "zeros",
    "zeros_like",
]
