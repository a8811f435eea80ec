"""TensorFlow's functions with TensorFlow's meaning: by position and by keyword, against the values that its documentation gives."""

import numpy as np
import pytest

from oribi import tf

X = np.array([[1, 9, 2], [3, 4, 8]], "int32")
F = X.astype("float32")

# name, arguments, keyword arguments, value, dtype
ROWS = [
    ("argmax", (X,), {}, [1, 0, 1], "int64"),
    ("argmax", (X, 1), {"output_type": "int32"}, [1, 2], "int32"),
    ("argmin", (X,), {"axis": -1}, [0, 0], "int64"),
    ("argmin", (), {"input": X}, [0, 1, 0], "int64"),
    ("reduce_sum", (X,), {}, 27, "int32"),
    ("reduce_sum", (), {"input_tensor": X, "axis": 0, "keepdims": True}, [[4, 13, 10]], "int32"),
    ("reduce_mean", ([1, 0, 1, 0],), {}, 0, "int32"),
    ("reduce_mean", ([-3, 0],), {}, -1, "int32"),
    ("reduce_mean", (F, [0, 1]), {}, 4.5, "float32"),
    ("reduce_max", (X, 1), {}, [9, 8], "int32"),
    ("reduce_min", (F,), {"axis": [0]}, [1, 4, 2], "float32"),
    ("reduce_prod", (np.array([2, 3], "int8"),), {}, 6, "int8"),
    ("range", (5,), {}, [0, 1, 2, 3, 4], "int32"),
    ("range", (3, 18, 3), {}, [3, 6, 9, 12, 15], "int32"),
    ("range", (3, 1, -0.5), {}, [3.0, 2.5, 2.0, 1.5], "float32"),
    ("range", (), {"start": 1, "limit": 4, "delta": 2, "dtype": "int64"}, [1, 3], "int64"),
    ("linspace", (10.0, 12.0, 3), {}, [10.0, 11.0, 12.0], "float32"),
    ("shape", (X,), {}, [2, 3], "int32"),
    ("shape", (X,), {"out_type": "int64"}, [2, 3], "int64"),
    ("size", (X,), {}, 6, "int32"),
    ("rank", (X,), {}, 2, "int32"),
    ("gather", (X, [2, 0]), {"axis": 1}, [[2, 1], [8, 3]], "int32"),
    ("gather", (), {"params": X, "indices": [1]}, [[3, 4, 8]], "int32"),
    ("one_hot", ([0, 1, 2], 3), {}, np.eye(3), "float32"),
    ("one_hot", ([0, 2, -1, 1], 3), {"on_value": 5.0, "off_value": 0.0, "axis": -1},
     [[5.0, 0, 0], [0, 0, 5.0], [0, 0, 0], [0, 5.0, 0]], "float32"),
    ("one_hot", ([1, 0], 2), {"axis": 0, "dtype": "int32"}, [[0, 1], [1, 0]], "int32"),
    ("fill", ([2, 3], 9), {}, np.full((2, 3), 9), "int32"),
    ("zeros", ([2],), {}, [0, 0], "float32"),
    ("ones", (), {"shape": (1, 2), "dtype": "int32"}, [[1, 1]], "int32"),
    ("ones_like", (), {"input": X}, np.ones((2, 3)), "int32"),
    ("eye", (2,), {"batch_shape": [3]}, np.broadcast_to(np.eye(2), (3, 2, 2)), "float32"),
    ("eye", (2,), {"num_columns": 3, "dtype": "int32"}, np.eye(2, 3), "int32"),
    ("concat", ([X, X],), {"axis": 0}, np.concatenate([X, X]), "int32"),
    ("concat", (), {"values": [X, X], "axis": -1}, np.concatenate([X, X], -1), "int32"),
    ("stack", (), {"values": [[1, 4], [2, 5]], "axis": 1}, [[1, 2], [4, 5]], "int32"),
    ("transpose", (X,), {"perm": [1, 0]}, X.T, "int32"),
    ("reshape", (X, [3, -1]), {}, X.reshape(3, 2), "int32"),
    ("expand_dims", (X,), {"axis": -1}, X[..., None], "int32"),
    ("squeeze", (X[None],), {"axis": [0]}, X, "int32"),
    ("clip_by_value", (X,), {"clip_value_min": 2, "clip_value_max": 5}, [[2, 5, 2], [3, 4, 5]], "int32"),
    ("matmul", (F, F), {"transpose_b": True}, F @ F.T, "float32"),
    ("matmul", (), {"a": F, "b": F, "transpose_a": True}, F.T @ F, "float32"),
    ("where", ([True, False],), {"x": [1, 2], "y": [3, 4]}, [1, 4], "int32"),
    ("cast", (F, "int64"), {"name": "c"}, X, "int64"),
    ("constant", (0.5,), {"shape": [2]}, [0.5, 0.5], "float32"),
    ("constant", ([1, 2, 3, 4],), {"shape": (2, 2), "dtype": "float64"}, [[1, 2], [3, 4]], "float64"),
    ("add", (), {"x": 1, "y": 2, "name": "a"}, 3, "int32"),
    ("pow", ([2, 3], 2), {}, [4, 9], "int32"),
    ("round", ([0.5, 1.5, -2.5],), {}, [0, 2, -2], "float32"),
]  # fmt: skip


@pytest.mark.parametrize("name, args, kwargs, value, dtype", ROWS, ids=[f"{i}-{row[0]}" for i, row in enumerate(ROWS)])
def test_gives_what_tensorflow_gives(name, args, kwargs, value, dtype):
    made = getattr(tf, name)(*args, **kwargs)
    assert made.dtype == dtype and made.shape == np.shape(value)
    np.testing.assert_allclose(made.numpy(), value, rtol=1e-6)


@pytest.mark.parametrize("sizes, starts", [(3, [0, 2, 4]), ([1, 5], [0, 1]), ([2, -1, 1], [0, 2, 5]), ([6], [0])])
def test_split_takes_sizes(sizes, starts):
    parts = tf.split(np.arange(6), sizes)
    assert [int(part[0]) for part in parts] == starts
    np.testing.assert_array_equal(np.concatenate(parts), np.arange(6))


@pytest.mark.parametrize("sizes", [[1, 2], [7], [-1, -1, 6], [8, -1]])
def test_split_refuses_sizes_that_do_not_add_up(sizes):
    with pytest.raises(ValueError, match="do not add up to 6"):
        tf.split(np.arange(6), sizes)


def test_what_depends_on_values_is_refused():
    with pytest.raises(NotImplementedError, match="depends on values"):
        tf.where([True, False])
    with pytest.raises(NotImplementedError, match="batch_dims"):
        tf.gather(X, [[0], [1]], batch_dims=1)


def test_shapes_may_be_tensors_and_devices_are_blocks():
    with tf.device("/GPU:0"):
        np.testing.assert_array_equal(tf.zeros(tf.shape(X)), np.zeros((2, 3)))
        np.testing.assert_array_equal(tf.reshape(F, tf.constant([6])), F.ravel())
    assert tf.__version__.split(".")[0] == "2"


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_reductions_of_nothing(axis, dtype):
    empty = np.zeros((0, 2), dtype)
    assert float(np.sum(tf.reduce_sum(empty, axis))) == 0
    assert tf.reduce_prod(empty, axis).dtype == dtype
