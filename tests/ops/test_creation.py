"""Arrays that are made of nothing: NumPy's values, and no memory before somebody looks."""

import tracemalloc

import numpy as np
import pytest

from oribi import layers, ops


@pytest.mark.parametrize(
    "arguments", [(4,), (3, 5), (5, 3), (3, 5, 1), (5, 3, -2), (3, 3, 7), (0,), (2, 0), (3, None, -1)]
)
@pytest.mark.parametrize("dtype", [None, "int32", "bool", "float64"])
def test_eye(arguments, dtype):
    have = ops.eye(*arguments, dtype=dtype).numpy()
    np.testing.assert_array_equal(have, np.eye(*arguments))
    assert have.dtype == (dtype or "float32")


def test_eye_of_no_size():
    with pytest.raises(ValueError, match="eye needs sizes that are not negative, got N=-1, M=None"):
        ops.eye(-1)
    with pytest.raises(TypeError):
        ops.eye(2.5)


@pytest.mark.parametrize(
    "arguments", [(5,), (2, 7), (2, 20, 3), (9, 0, -2), (0, 5, 2), (-3, 3), (5, 2), (0,), (-4,), (1, 2, 0.25), (0.5, 3)]
)
@pytest.mark.parametrize("dtype", [None, "int64", "float32", "uint8"])
def test_arange(arguments, dtype):
    values = np.arange(*arguments)
    have = ops.arange(*arguments, dtype=dtype).numpy()
    kind = dtype or ("int32" if values.dtype.kind == "i" else "float32")
    if kind == "uint8" and (values < 0).any():
        values = values.astype("int64")
    np.testing.assert_array_equal(have, values.astype(kind))
    assert have.dtype == kind


class Plus(layers.Layer):
    """Adds what a function makes."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def call(self, inputs):
        return inputs + ops.sum(self.make())


LARGE = {
    "eye": lambda: ops.eye(8000),
    "arange": lambda: ops.arange(3, 10**8),
    "ones": lambda: ops.ones((8000, 8000)),
    "full": lambda: ops.full((8000, 8000), 2.5),
    "one_hot": lambda: ops.one_hot(ops.arange(8000), 8000),
    "of others": lambda: ops.exp(ops.eye(8000) * 2.0) + ops.zeros((8000, 8000)),
}


@pytest.mark.parametrize("make", LARGE)
def test_a_symbolic_call_makes_no_array(make):
    layer = Plus(LARGE[make])
    layer(layers.Input((3,)))
    tracemalloc.start()
    layer(layers.Input((3,)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**6
