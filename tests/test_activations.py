"""Activations at the points where their rules meet, beside Keras'."""

import numpy as np
import pytest

import oribi

POINTS = [-7.0, -6.0, -3.0, -2.5, -1.0, -0.5, -0.0, 0.0, 0.25, 0.5, 1.0, 2.5, 3.0, 6.0, 7.0, 80.0, 1e30]
POINTS = np.array([*POINTS, *np.negative(POINTS[-2:]), np.inf, np.nan], "float32")
RELU = [
    {"negative_slope": slope, "max_value": most, "threshold": threshold}
    for slope in (0.0, 0.5)
    for most in (None, 0.5, 3.0, 6.0)
    for threshold in (0.0, 0.5, 3.0, -0.5)
]
NAMES = [
    "elu",
    "selu",
    "celu",
    "relu6",
    "leaky_relu",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
]
NAMES += ["threshold", "softplus", "softsign", "sigmoid", "tanh", "silu", "gelu", "mish", "log_sigmoid", "exponential"]
NAMES += ["squareplus", "sparse_plus", "tanh_shrink"]


@pytest.mark.parametrize("arguments", RELU, ids=str)
def test_relu_agrees_with_keras(keras, arguments):
    points = POINTS[np.abs(POINTS) < np.inf]
    theirs = np.asarray(keras.activations.relu(points, **arguments))
    np.testing.assert_allclose(oribi.activations.relu(points, **arguments).numpy(), theirs, rtol=1e-6)
    assert np.isnan(oribi.activations.relu(np.float32(np.nan), **arguments).numpy())


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(oribi.activations, name)])
def test_activations_agree_with_keras_at_their_boundaries(keras, name):
    theirs = np.asarray(getattr(keras.activations, name)(POINTS))
    np.testing.assert_allclose(getattr(oribi.activations, name)(POINTS).numpy(), theirs, rtol=1e-5, atol=1e-6)


def test_tensors_are_joined_flat_without_an_axis():
    parts = [np.arange(6.0).reshape(2, 3), np.ones((1, 4)), np.float32(3).reshape(1)]
    np.testing.assert_array_equal(oribi.ops.concatenate(parts, axis=None).numpy(), np.concatenate(parts, axis=None))
