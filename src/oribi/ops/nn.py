"""The part of `keras.ops` that neural networks are made of: activations and crossentropies."""

import math as _math
from typing import Any

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.values import Tensor, as_node

from . import numpy as np
from .core import Axis, promoted, tensor, unary

EPSILON = 1e-7  # keeps probabilities away from 0 and 1, as keras.backend.epsilon()


def relu(x: Any) -> Tensor:
    """max(x, 0); its gradient at 0 is 0."""
    (node,) = promoted(x, at_least="int")
    zero = ew.full_like(node, 0)
    return tensor(ew.select(ew.le(node, zero), zero, node), x)


def relu6(x: Any) -> Tensor:
    """min(max(x, 0), 6), of integers in float32; its gradient at 0 and at 6 is 0."""
    positive = relu(x)
    return np.where(np.greater_equal(positive, 6), 6.0, positive)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """x where positive, negative_slope * x elsewhere."""
    return np.where(np.less(x, 0), np.multiply(x, negative_slope), x)


def sigmoid(x: Any) -> Tensor:
    """1 / (1 + exp(-x))."""
    return unary(ew.logistic, x, "float")


def log_sigmoid(x: Any) -> Tensor:
    """log(sigmoid(x)), without overflow."""
    return np.negative(softplus(np.negative(x)))


def softplus(x: Any) -> Tensor:
    """log(1 + exp(x)), without overflow."""
    (node,) = promoted(x, at_least="float")
    x = tensor(node, x)
    return np.add(np.maximum(x, 0), _log1p_exp_minus(x))


def softsign(x: Any) -> Tensor:
    """x / (1 + |x|)."""
    return np.divide(x, np.add(np.absolute(x), 1))


def silu(x: Any) -> Tensor:
    """x * sigmoid(x)."""
    return np.multiply(x, sigmoid(x))


swish = silu


def hard_sigmoid(x: Any) -> Tensor:
    """relu6(x + 3) / 6."""
    return np.divide(relu6(np.add(x, 3.0)), 6.0)


def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al., 2016)."""
    above = np.greater(x, 0)
    below = np.multiply(np.expm1(np.where(above, 0, x)), alpha)
    return np.where(above, x, below)


def selu(x: Any) -> Tensor:
    """The self-normalising elu (Klambauer et al., 2017)."""
    return np.multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


def gelu(x: Any, approximate: bool = True) -> Tensor:
    """x times the normal distribution function at x (Hendrycks and Gimpel, 2016)."""
    if approximate:
        inner = np.multiply(np.add(x, np.multiply(np.power(x, 3.0), 0.044715)), _math.sqrt(2 / _math.pi))
        return np.multiply(np.multiply(x, 0.5), np.add(np.tanh(inner), 1))
    return np.multiply(np.multiply(x, 0.5), np.add(erf(np.divide(x, _math.sqrt(2))), 1))


def erf(x: Any) -> Tensor:
    """The error function."""
    return unary(ew.erf, x, "float")


def rsqrt(x: Any) -> Tensor:
    """1 / sqrt(x)."""
    return unary(ew.rsqrt, x, "float")


def stop_gradient(variable: Any) -> Tensor:
    """The tensor itself, through which no gradient flows."""
    return unary(ew.stop_gradient, variable)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))). The largest element is taken out first: exp would overflow."""
    largest = stop_gradient(np.max(x, axis, keepdims=True))
    largest = np.where(np.isfinite(largest), largest, 0.0)
    total = np.log(np.sum(np.exp(np.subtract(x, largest)), axis, keepdims=True))
    result = np.add(total, largest)
    return result if keepdims else np.squeeze(result, axis)


def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis.

    >>> softmax([0.0, 0.0]).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    exponentials = np.exp(np.subtract(x, stop_gradient(np.max(x, axis, keepdims=True))))
    # One division a row, in the gradient too: dividing each element was an eighth of a Transformer's step.
    return np.multiply(exponentials, np.reciprocal(np.sum(exponentials, axis, keepdims=True)))


def log_softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Tensor:
    """log(softmax(x)). Shifted by the largest element, so that a common offset changes nothing, nor any gradient."""
    shifted = np.subtract(x, stop_gradient(np.max(x, axis, keepdims=True)))
    return np.subtract(shifted, np.log(np.sum(np.exp(shifted), axis, keepdims=True)))


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Tensor:
    """1 at the class that x names, 0 elsewhere; all 0 for a class out of range."""
    labels = np.expand_dims(np.cast(x, "int32"), -1)
    hot = np.cast(np.equal(labels, np.arange(num_classes)), dtype or dtypes.FLOATX)
    rank = len(hot.shape)
    return hot if axis in (-1, rank - 1) else np.moveaxis(hot, -1, axis)


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Tensor:
    if from_logits:
        return log_softmax(output, axis)
    normalised = np.divide(output, np.sum(output, axis, keepdims=True))
    return np.log(np.clip(normalised, EPSILON, 1 - EPSILON))


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-sum(target * log(probability)) along an axis, for targets that are distributions."""
    if as_node(target).shape != as_node(output).shape:
        shapes = list(as_node(target).shape), list(as_node(output).shape)
        raise ValueError(f"categorical_crossentropy: target has shape {shapes[0]}, output {shapes[1]}")
    target = np.cast(target, as_node(output).dtype)
    return np.negative(np.sum(np.multiply(target, _log_probabilities(output, from_logits, axis)), axis))


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-log(probability of the class that `target` names). NaN for a class out of range."""
    node = as_node(output)
    axis = axis % len(node.shape)
    if as_node(target).shape != (*node.shape[:axis], *node.shape[axis + 1 :]):
        raise ValueError(
            f"sparse_categorical_crossentropy: target of shape {list(as_node(target).shape)} does not name one class "
            f"for each row of output {list(node.shape)}"
        )
    classes = node.shape[axis]
    labels = np.expand_dims(np.cast(target, "int64"), axis)
    shape = [1] * len(node.shape)
    shape[axis] = classes
    chosen = np.equal(labels, np.reshape(np.arange(classes, dtype="int64"), shape))
    picked = np.sum(np.where(chosen, _log_probabilities(output, from_logits, axis), 0.0), axis)
    known = np.squeeze(np.logical_and(np.greater_equal(labels, 0), np.less(labels, classes)), axis)
    return np.where(known, np.negative(picked), float("nan"))


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """-(t log(p) + (1 - t) log(1 - p)), elementwise."""
    target = np.cast(target, promoted(output, at_least="float")[0].dtype)
    if from_logits:
        # max(x, 0) - x t + log(1 + exp(-|x|)): the same, without overflow.
        return np.add(np.subtract(np.maximum(output, 0), np.multiply(output, target)), _log1p_exp_minus(output))
    p = np.clip(output, EPSILON, 1 - EPSILON)
    on, off = np.multiply(target, np.log(p)), np.multiply(np.subtract(1.0, target), np.log(np.subtract(1.0, p)))
    return np.negative(np.add(on, off))


def _log1p_exp_minus(x: Any) -> Tensor:
    """log(1 + exp(-|x|)), to be added to max(x, 0), whose gradient at 0 is a half: that of relu, 0, would leave the sum's wrong."""
    return np.log1p(np.exp(np.negative(np.absolute(x))))
