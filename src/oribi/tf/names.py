"""The names of `tensorflow`, in terms of oribi's."""

import types
from typing import Any

import numpy as _np

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
from oribi.ops import abs as abs
from oribi.ops import (
    add,
    argmax,
    argmin,
    clip,
    concatenate,
    convert_to_tensor,
    cos,
    divide,
    equal,
    exp,
    expand_dims,
    eye,
    floor,
    greater,
    less,
    matmul,
    maximum,
    minimum,
    multiply,
    ones,
    ones_like,
    reshape,
    sin,
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
from oribi.ops import max as reduce_max
from oribi.ops import mean as reduce_mean
from oribi.ops import min as reduce_min
from oribi.ops import prod as reduce_prod
from oribi.ops import round as round
from oribi.ops import sum as reduce_sum
from oribi.random.random import next_seed as _next_seed
from oribi.tape import GradientTape
from oribi.values import Tensor, Variable

newaxis = None
float32, float64, bool = "float32", "float64", "bool"
int8, int16, int32, int64, uint8, uint16, uint32 = _dtypes.INTEGERS
concat = concatenate
clip_by_value = clip

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
    log=ops.log,
    maximum=maximum,
    minimum=minimum,
    multiply=multiply,
    reduce_max=reduce_max,
    reduce_mean=reduce_mean,
    reduce_min=reduce_min,
    reduce_sum=reduce_sum,
    sigmoid=ops.sigmoid,
    sqrt=sqrt,
    square=square,
    subtract=subtract,
    tanh=tanh,
)


def constant(value: Any, dtype: Any = None, shape: Any = None) -> Tensor:
    """A tensor of a value, in a shape if one is given.

    >>> constant([1, 2]).dtype
    'int32'
    """
    made = convert_to_tensor(value, dtype)
    if shape is None:
        return made
    return reshape(made, shape) if made.size == int(_np.prod(shape)) else ops.broadcast_to(made, shape)


def cast(x: Any, dtype: Any) -> Tensor:
    """x in another dtype."""
    return ops.cast(x, dtype)


def one_hot(indices: Any, depth: int, dtype: Any = None) -> Tensor:
    """1 at the class that each index names.

    Args:
        indices: whole numbers.
        depth: how many classes.
        dtype: of the result; float32 by default.
    """
    return ops.one_hot(indices, depth, dtype=dtype)


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

__all__ = [
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
    "divide",
    "equal",
    "exp",
    "expand_dims",
    "eye",
    "float32",
    "float64",
    "floor",
    "greater",
    "int16",
    "int32",
    "int64",
    "int8",
    "keras",
    "less",
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
    "random",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "reshape",
    "round",
    "sin",
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
