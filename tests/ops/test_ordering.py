"""Running sums, sorting and dynamic slices against NumPy and the installed Keras."""

import numpy as np
import pytest

from oribi import ops

RNG = np.random.default_rng(3)
X = RNG.integers(-5, 5, (4, 7, 3)).astype("float32")


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8"])
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_running_totals_agree_with_keras(keras, name, dtype, axis):
    x = X.astype(dtype)
    want = getattr(keras.ops, name)(x, axis=axis)
    have = getattr(ops, name)(x, axis=axis)
    assert have.dtype == str(want.dtype)
    np.testing.assert_allclose(have.numpy(), np.asarray(want), rtol=1e-6)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_sorting_is_stable_and_puts_nan_last(axis):
    x = X.copy()
    x[1, 2:4], x[2, 0, 0], x[0, 0] = np.nan, np.inf, -0.0
    np.testing.assert_array_equal(ops.argsort(x, axis).numpy(), np.argsort(x, axis, kind="stable"))
    np.testing.assert_array_equal(ops.sort(x, axis).numpy(), np.sort(x, axis))


@pytest.mark.parametrize("k", [0, 1, 3])
def test_top_k_agrees_with_keras(keras, k):
    have, want = ops.top_k(X, k), keras.ops.top_k(X, k)
    for h, w in zip(have, want, strict=True):
        np.testing.assert_array_equal(h.numpy(), np.asarray(w))
    with pytest.raises(ValueError, match="k=4 of a tensor of shape"):
        ops.top_k(X, 4)


def test_in_top_k_agrees_with_keras(keras):
    predictions, targets = RNG.normal(size=(20, 5)).astype("float32"), RNG.integers(0, 5, 20)
    for k in (1, 2, 5):
        want = keras.ops.in_top_k(targets, predictions, k)
        np.testing.assert_array_equal(ops.in_top_k(targets, predictions, k).numpy(), np.asarray(want))


def test_targets_out_of_range_are_never_among_the_largest():
    predictions = RNG.normal(size=(4, 3)).astype("float32")
    for k in (1, 3, 5):
        np.testing.assert_array_equal(ops.in_top_k([3, 7, -4, 0], predictions, k).numpy()[:3], [False] * 3)
    np.testing.assert_array_equal(ops.in_top_k([0, 1], predictions[:2, :1], 1).numpy(), [True, False])


def test_take_along_axis_broadcasts_and_counts_from_the_end():
    indices = RNG.integers(-7, 7, (4, 2, 1))
    np.testing.assert_array_equal(
        ops.take_along_axis(X, indices, 1).numpy(), np.take_along_axis(X, np.broadcast_to(indices, (4, 2, 3)), 1)
    )


def test_slices_begin_where_a_number_says():
    start = ops.convert_to_tensor([1, 2, 0])
    np.testing.assert_array_equal(ops.slice(X, start, (2, 3, 3)).numpy(), X[1:3, 2:5])
    np.testing.assert_array_equal(ops.slice(X, [9, -4, 0], (2, 3, 3)).numpy(), X[2:, :3])  # moved inside
    want = X.copy()
    want[1:3, 2:5] = 7
    np.testing.assert_array_equal(ops.slice_update(X, start, np.full((2, 3, 3), 7, "int32")).numpy(), want)
