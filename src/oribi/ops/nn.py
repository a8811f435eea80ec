"""The part of `keras.ops` that neural networks are made of: activations and crossentropies."""

import math
from typing import Any

from oribi.config.defaults import epsilon
from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.values import Tensor, as_node

from . import reduction
from .core import Axis, promoted, tensor, unary
from .creation import arange
from .elementwise import (
    absolute,
    add,
    cast,
    clip,
    divide,
    equal,
    exp,
    expm1,
    greater,
    greater_equal,
    isfinite,
    less,
    log,
    log1p,
    logical_and,
    maximum,
    multiply,
    negative,
    power,
    reciprocal,
    subtract,
    tanh,
    where,
)
from .registry import alias, op
from .shaping import expand_dims, moveaxis, reshape, squeeze

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "elu",
    "erf",
    "gelu",
    "hard_sigmoid",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "one_hot",
    "relu",
    "relu6",
    "rsqrt",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
    "stop_gradient",
    "swish",
]


@op("nn")
def relu(x: Any) -> Tensor:
    """max(x, 0); its gradient at 0 is 0."""
    (node,) = promoted(x, at_least="int")
    zero = ew.full_like(node, 0)
    return tensor(ew.select(ew.le(node, zero), zero, node), x)


@op("nn")
def relu6(x: Any) -> Tensor:
    """min(max(x, 0), 6), of integers in float32; its gradient at 0 and at 6 is 0."""
    positive = relu(x)
    return where(greater_equal(positive, 6), 6.0, positive)


@op("nn")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """x where positive, negative_slope * x elsewhere."""
    return where(less(x, 0), multiply(x, negative_slope), x)


@op("nn")
def sigmoid(x: Any) -> Tensor:
    """1 / (1 + exp(-x))."""
    return unary(ew.logistic, x, "float")


@op("nn")
def log_sigmoid(x: Any) -> Tensor:
    """log(sigmoid(x)), without overflow."""
    return negative(softplus(negative(x)))


@op("nn")
def softplus(x: Any) -> Tensor:
    """log(1 + exp(x)), without overflow."""
    (node,) = promoted(x, at_least="float")
    x = tensor(node, x)
    return add(maximum(x, 0), _log1p_exp_minus(x))


@op("nn")
def softsign(x: Any) -> Tensor:
    """x / (1 + |x|)."""
    return divide(x, add(absolute(x), 1))


@op("nn")
def silu(x: Any) -> Tensor:
    """x * sigmoid(x)."""
    return multiply(x, sigmoid(x))


swish = silu
alias("swish", silu)


@op("nn")
def hard_sigmoid(x: Any) -> Tensor:
    """relu6(x + 3) / 6."""
    return divide(relu6(add(x, 3.0)), 6.0)


@op("nn")
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al., 2016)."""
    above = greater(x, 0)
    below = multiply(expm1(where(above, 0, x)), alpha)
    return where(above, x, below)


@op("nn")
def selu(x: Any) -> Tensor:
    """The self-normalising elu (Klambauer et al., 2017).

    Args:
        x: a tensor, or anything that makes one.
    """
    return multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


@op("nn")
def gelu(x: Any, approximate: bool = True) -> Tensor:
    """x times the normal distribution function at x (Hendrycks and Gimpel, 2016).

    Args:
        x: a tensor, or anything that makes one.
        approximate: by a hyperbolic tangent, rather than by the error function.
    """
    if approximate:
        inner = multiply(add(x, multiply(power(x, 3.0), 0.044715)), math.sqrt(2 / math.pi))
        return multiply(multiply(x, 0.5), add(tanh(inner), 1))
    return multiply(multiply(x, 0.5), add(erf(divide(x, math.sqrt(2))), 1))


@op("math")
def erf(x: Any) -> Tensor:
    """The error function.

    Args:
        x: a tensor, or anything that makes one.
    """
    return unary(ew.erf, x, "float")


@op("math")
def rsqrt(x: Any) -> Tensor:
    """1 / sqrt(x)."""
    return unary(ew.rsqrt, x, "float")


@op("core")
def stop_gradient(variable: Any) -> Tensor:
    """The tensor itself, through which no gradient flows.

    Args:
        variable: a tensor or variable.
    """
    return unary(ew.stop_gradient, variable)


@op("math")
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))). The largest element is taken out first: exp would overflow.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axes to go over; all by default.
        keepdims: keep the axes that are reduced, at size one.
    """
    largest = stop_gradient(reduction.max(x, axis, keepdims=True))
    largest = where(isfinite(largest), largest, 0.0)
    total = log(reduction.sum(exp(subtract(x, largest)), axis, keepdims=True))
    result = add(total, largest)
    return result if keepdims else squeeze(result, axis)


@op("nn")
def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis.

    >>> softmax([0.0, 0.0]).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    exponentials = exp(subtract(x, stop_gradient(reduction.max(x, axis, keepdims=True))))
    # One division a row, in the gradient too: dividing each element was an eighth of a Transformer's step.
    return multiply(exponentials, reciprocal(reduction.sum(exponentials, axis, keepdims=True)))


@op("nn")
def log_softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Tensor:
    """log(softmax(x)). Shifted by the largest element, so that a common offset changes nothing, nor any gradient.

    Args:
        x: a tensor, or anything that makes one.
        axis: the axis, or axes, over which probabilities add up to one.
    """
    shifted = subtract(x, stop_gradient(reduction.max(x, axis, keepdims=True)))
    return subtract(shifted, log(reduction.sum(exp(shifted), axis, keepdims=True)))


@op("nn")
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Tensor:
    """1 at the class that x names, 0 elsewhere; all 0 for a class out of range.

    Args:
        x: whole numbers.
        num_classes: how many classes.
        axis: where the axis of the classes is.
        dtype: of the result; float32 by default.
    """
    labels = expand_dims(cast(x, "int32"), -1)
    hot = cast(equal(labels, arange(num_classes)), dtype or dtypes.floatx())
    rank = len(hot.shape)
    return hot if axis in (-1, rank - 1) else moveaxis(hot, -1, axis)


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Tensor:
    if from_logits:
        return log_softmax(output, axis)
    normalised = divide(output, reduction.sum(output, axis, keepdims=True))
    return log(clip(normalised, epsilon(), 1 - epsilon()))


@op("nn")
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-sum(target * log(probability)) along an axis, for targets that are distributions.

    Args:
        target, output: true values and predictions of one shape.
        from_logits: `output` holds logits rather than probabilities.
        axis: the axis of the classes.

    Raises:
        ValueError: targets that are not one-hot rows of the output's shape.
    """
    if as_node(target).shape != as_node(output).shape:
        shapes = list(as_node(target).shape), list(as_node(output).shape)
        raise ValueError(f"categorical_crossentropy: target has shape {shapes[0]}, output {shapes[1]}")
    target = cast(target, as_node(output).dtype)
    return negative(reduction.sum(multiply(target, _log_probabilities(output, from_logits, axis)), axis))


@op("nn")
def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-log(probability of the class that `target` names). NaN for a class out of range.

    Args:
        target: classes.
        output: predictions, with one more axis for the classes.
        from_logits: `output` holds logits rather than probabilities.
        axis: the axis of the classes.

    Raises:
        ValueError: targets that do not name one class for each row.
    """
    node = as_node(output)
    axis = axis % len(node.shape)
    if as_node(target).shape != (*node.shape[:axis], *node.shape[axis + 1 :]):
        raise ValueError(
            f"sparse_categorical_crossentropy: target of shape {list(as_node(target).shape)} does not name one class "
            f"for each row of output {list(node.shape)}"
        )
    classes = node.shape[axis]
    labels = expand_dims(cast(target, "int64"), axis)
    shape = [1] * len(node.shape)
    shape[axis] = classes
    chosen = equal(labels, reshape(arange(classes, dtype="int64"), shape))
    picked = reduction.sum(where(chosen, _log_probabilities(output, from_logits, axis), 0.0), axis)
    known = squeeze(logical_and(greater_equal(labels, 0), less(labels, classes)), axis)
    return where(known, negative(picked), float("nan"))


@op("nn")
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """-(t log(p) + (1 - t) log(1 - p)), elementwise.

    Args:
        target, output: true values and predictions of one shape.
        from_logits: `output` holds logits rather than probabilities.
    """
    target = cast(target, promoted(output, at_least="float")[0].dtype)
    if from_logits:
        # max(x, 0) - x t + log(1 + exp(-|x|)): the same, without overflow.
        return add(subtract(maximum(output, 0), multiply(output, target)), _log1p_exp_minus(output))
    p = clip(output, epsilon(), 1 - epsilon())
    on, off = multiply(target, log(p)), multiply(subtract(1.0, target), log(subtract(1.0, p)))
    return negative(add(on, off))


def _log1p_exp_minus(x: Any) -> Tensor:
    """log(1 + exp(-|x|)), to be added to max(x, 0), whose gradient at 0 is a half: that of relu, 0, would leave the sum's wrong."""
    return log1p(exp(negative(absolute(x))))
