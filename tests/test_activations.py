"""Activations at the points where their rules meet, beside Keras'."""

import numpy as np
import pytest

import oribi
from oribi import ops

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


SMOOTH = {
    "softplus": ops.softplus,
    "log_sigmoid": ops.log_sigmoid,
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "silu": ops.silu,
    "gelu": ops.gelu,
    "exact gelu": lambda x: ops.gelu(x, False),
    "elu": ops.elu,
    "softsign": ops.softsign,
    "erf": ops.erf,
    "log_softmax": lambda x: ops.log_softmax(ops.stack([x, x * 0.5, 1.0 - x]), 0)[0],
    "logsumexp": lambda x: ops.logsumexp(ops.stack([x, -2.0 * x]), 0),
    "binary crossentropy of 0": lambda x: ops.binary_crossentropy(0.0, x, from_logits=True),
    "binary crossentropy of 1": lambda x: ops.binary_crossentropy(1.0, x, from_logits=True),
    "log_cosh": lambda x: oribi.losses.log_cosh(ops.zeros(1), ops.reshape(x, (1,))),
    "huber": lambda x: oribi.losses.huber(ops.zeros(1), ops.reshape(x, (1,))),
}


@pytest.mark.parametrize("at", [0.0, -0.0, 1.0])
@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_have_their_gradient_at_zero_too(name, at):
    """Formulas that avoid overflow are made of functions with a kink there, such as |x|; layers that start with zeros meet it."""
    if name == "huber" and at == 1.0:
        return  # where it goes on as a line

    class Net(oribi.Model):
        def __init__(self):
            super().__init__()
            self.point = self.add_weight((), oribi.initializers.Constant(at), name="point")

        def call(self, x):
            return SMOOTH[name](self.point) * x

    model = Net()
    model.compile(oribi.optimizers.SGD(1.0), lambda y, p: ops.sum(p, -1))
    model.fit(np.ones((1, 1)), np.zeros((1, 1)), verbose=0)
    step = 1e-3
    above, below = (float(ops.sum(SMOOTH[name](ops.convert_to_tensor(at + d, "float64")))) for d in (step, -step))
    np.testing.assert_allclose(at - float(model.point.value), (above - below) / (2 * step), rtol=2e-3, atol=1e-3)


def test_relu6_is_flat_at_both_ends():
    class Net(oribi.Model):
        def __init__(self):
            super().__init__()
            self.points = self.add_weight(
                (5,), lambda shape, dtype=None: np.array([-1.0, 0, 3, 6, 7], "float32"), name="points"
            )

        def call(self, x):
            return ops.sum(ops.relu6(self.points)) * x

    model = Net()
    model.compile(oribi.optimizers.SGD(1.0), lambda y, p: ops.sum(p, -1))
    model.fit(np.ones((1, 1)), np.zeros((1, 1)), verbose=0)
    np.testing.assert_array_equal(model.points.numpy(), [-1, 0, 2, 6, 7])
    assert np.isnan(ops.relu6(np.nan).numpy())
