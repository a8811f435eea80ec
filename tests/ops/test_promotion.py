"""The dtype of every operation's result beside Keras', for every dtype and pair of dtypes.

Keras on JAX has 64 bits in some operations and not in others; what is compared is the kind and, below 64 bits, the width.
"""

import itertools

import numpy as np
import pytest

import oribi
from oribi.graph import dtypes

PAIRS = list(itertools.product(dtypes.ALL, repeat=2))
NARROW = {"int64": "int32", "float64": "float32", "uint64": "uint32"}
BINARY = """
add subtract multiply divide true_divide floor_divide mod power maximum minimum equal not_equal greater greater_equal
less less_equal logical_and logical_or logical_xor dot matmul outer tensordot
"""
UNARY = """
abs absolute negative sign square sqrt exp expm1 log log1p log2 log10 sin cos tanh relu relu6 softmax log_softmax gelu
elu selu leaky_relu softplus softsign hard_sigmoid log_sigmoid floor ceil round isnan isinf isfinite logical_not
reciprocal sum mean max min prod var std any all argmax argmin cumsum cumprod sort argsort logsumexp ones_like
zeros_like amax amin ravel transpose flip
"""
WITH_NUMBERS = {
    "clip(x, 0, 1)": lambda o, x: o.clip(x, 0, 1),
    "clip(x, 0.5, 1.5)": lambda o, x: o.clip(x, 0.5, 1.5),
    "round(x, 1)": lambda o, x: o.round(x, 1),
    "where(x > 0, x, 1)": lambda o, x: o.where(x > 0, x, 1),
    "where(x > 0, x, 1.5)": lambda o, x: o.where(x > 0, x, 1.5),
    "x + 1": lambda o, x: x + 1,
    "x + 1.5": lambda o, x: x + 1.5,
    "2 - x": lambda o, x: 2 - x,
    "2 / x": lambda o, x: 2 / x,
    "x / 2": lambda o, x: x / 2,
    "x // 2": lambda o, x: x // 2,
    "x // 2.0": lambda o, x: x // 2.0,
    "x ** 2": lambda o, x: x**2,
    "x ** 2.0": lambda o, x: x**2.0,
    "x % 2": lambda o, x: x % 2,
    "-x": lambda o, x: -x,
    "full_like(x, 2)": lambda o, x: o.full_like(x, 2),
    "top_k(x, 1)[0]": lambda o, x: o.top_k(x, 1)[0],
    "top_k(x, 1)[1]": lambda o, x: o.top_k(x, 1)[1],
    "take(x, [0])": lambda o, x: o.take(x, [0]),
    "pad(x, 1)": lambda o, x: o.pad(x, 1),
    "repeat(x, 2)": lambda o, x: o.repeat(x, 2),
    "maximum(x, 1)": lambda o, x: o.maximum(x, 1),
    "maximum(x, 1.5)": lambda o, x: o.maximum(x, 1.5),
}
LOSSLESS = {("matmul", "bool", "int8"), ("matmul", "int8", "bool")}  # int8 in Keras, which overflows


def array(dtype):
    return np.array([[1, 2], [1, 0]]).astype(dtype)


def width_of(compute):
    """The dtype of a result, of at most 32 bits; None where it raises."""
    try:
        dtype = compute().dtype
    except (TypeError, ValueError):
        return None
    return NARROW.get(str(dtype), str(dtype))


def agree(keras, name, compute):
    theirs = width_of(lambda: compute(keras.ops))
    if theirs is not None:
        assert width_of(lambda: compute(oribi.ops)) == theirs, name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BINARY.split())
def test_pairs_of_dtypes_promote_as_in_keras(keras, name):
    for a, b in PAIRS:
        if (name, a, b) not in LOSSLESS:
            agree(keras, (name, a, b), lambda o: getattr(o, name)(array(a), array(b)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", UNARY.split())
def test_results_have_keras_dtypes(keras, name):
    for dtype in dtypes.ALL:
        agree(keras, (name, dtype), lambda o: getattr(o, name)(array(dtype)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_numbers_of_python_are_weak_as_in_keras(keras, name):
    for dtype in dtypes.ALL:
        agree(keras, (name, dtype), lambda o: WITH_NUMBERS[name](o, o.convert_to_tensor(array(dtype))))


def test_products_of_booleans_say_whether_any_pair_is_true():
    x, y = np.array([[True, False], [False, False]]), np.array([[False, True], [True, True]])
    for name in ("matmul", "dot"):
        np.testing.assert_array_equal(getattr(oribi.ops, name)(x, y).numpy(), x @ y)
    np.testing.assert_array_equal(oribi.ops.outer(x, y).numpy(), np.outer(x, y))


def test_products_of_int8_do_not_overflow():
    x = np.full((2, 100), 100, "int8")
    np.testing.assert_array_equal(oribi.ops.matmul(x, x.T).numpy(), np.full((2, 2), 1_000_000))
