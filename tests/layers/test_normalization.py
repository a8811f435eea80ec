"""Statistics of many numbers, far from zero, against float64: eagerly and in a compiled step, their gradients included."""

import numpy as np
import pytest

from oribi import layers, ops
from oribi.engines.cpu import Executable
from oribi.graph.grad import grad
from oribi.graph.node import parameter
from oribi.graph.program import make
from oribi.values import Tensor, tracing

FAR = [(1000.0, 0.01), (300.0, 1.0), (-5000.0, 3.0), (0.1, 0.0)]  # mean and spread of the data


def data(shape, mean, spread):
    return (mean + spread * np.random.default_rng(0).standard_normal(shape)).astype("float32")


def compiled(function, *arrays):
    """The result of a function of tensors, from a program."""
    nodes = [parameter(f"x{i}", a.shape, a.dtype.name) for i, a in enumerate(arrays)]
    with tracing() as trace:
        result = function(*map(Tensor, nodes)).node
    program = make([*trace.read_as.values(), *nodes], [], [result])
    return Executable(program).run([*(v.numpy() for v in trace.read_as), *map(np.ascontiguousarray, arrays)], [])[0][0]


def on_both_engines(function, *arrays):
    return [function(*map(ops.convert_to_tensor, arrays)).numpy(), compiled(function, *arrays)]


def ulps(have, want, near):
    """How far apart two means are, in steps of float32 at a number as large as `near`."""
    return np.max(np.abs(have - want)) / np.spacing(np.float32(near))


STATISTICS = [
    ((100_003, 3), (0,)),
    ((40, 50, 60, 4), (0, 1, 2)),
    ((3, 100_003), (1,)),
    ((1_000_000,), (0,)),
    ((5, 20_001, 3), (1,)),
]


@pytest.mark.parametrize(("shape", "axes"), STATISTICS, ids=str)
@pytest.mark.parametrize(("mean", "spread"), FAR)
def test_mean_variance_and_deviation(shape, axes, mean, spread):
    x = data(shape, mean, spread)
    wide = x.astype("float64")
    for have in on_both_engines(lambda v: ops.mean(v, axes), x):
        assert ulps(have, wide.mean(axes), mean) < 6
    for function, power in ((ops.var, 1.0), (ops.std, 0.5)):
        for have in on_both_engines(lambda v, function=function: function(v, axes), x):
            error = (6 * np.spacing(np.float32(abs(mean)))) ** 2  # what the mean is off by
            np.testing.assert_allclose(have ** (1 / power), wide.var(axes), rtol=1e-5, atol=error)


@pytest.mark.parametrize(("mean", "spread"), FAR)
def test_batch_normalization_of_many_elements_a_channel(mean, spread):
    x = data((64, 64, 64, 3), mean, spread)
    wide, axes = x.astype("float64"), (0, 1, 2)
    layer = layers.BatchNormalization(momentum=0.0)
    layer(x, training=True)
    assert ulps(layer.moving_mean.numpy(), wide.mean(axes), mean) < 6
    error = (6 * np.spacing(np.float32(abs(mean)))) ** 2
    np.testing.assert_allclose(layer.moving_variance.numpy(), wide.var(axes), rtol=1e-5, atol=error)


ROWS = [  # layer, shape, axes of its statistics
    (layers.BatchNormalization(), (200, 30, 20, 5), (0, 1, 2)),
    (layers.LayerNormalization(), (3, 70_001), (1,)),
    (layers.LayerNormalization(axis=(1, 2)), (3, 3_001, 7), (1, 2)),
    (layers.GroupNormalization(2), (2, 150, 90, 6), None),
]


def normalized(x, axes, epsilon=1e-3):
    """In float64, with the gradient of `sum(weights * y)`; without axes, for two groups of channels."""
    if axes is None:
        grouped = x.reshape(*x.shape[:-1], 2, -1)
        return normalized(grouped, (*range(1, x.ndim - 1), x.ndim), epsilon)
    centred = x - x.mean(axes, keepdims=True)
    factor = 1 / np.sqrt((centred**2).mean(axes, keepdims=True) + epsilon)
    y = centred * factor

    def gradient(weights):
        weights = weights.reshape(y.shape)
        return factor * (weights - weights.mean(axes, keepdims=True) - y * (weights * y).mean(axes, keepdims=True))

    return y, gradient


@pytest.mark.parametrize(
    ("layer", "shape", "axes"), ROWS, ids=lambda v: type(v).__name__ if isinstance(v, layers.Layer) else None
)
@pytest.mark.parametrize(("mean", "spread"), FAR[1:3])
def test_normalizations_and_their_gradients(layer, shape, axes, mean, spread):
    x, weights = data(shape, mean, spread), data(shape, 0.0, 1.0)[..., ::-1]
    layer.build(shape)
    call = lambda v: layer(v, training=True) if isinstance(layer, layers.BatchNormalization) else layer(v)

    def slope(v, w):
        total = ops.sum(ops.multiply(call(v), w))
        return Tensor(grad(total.node, [v.node])[0])

    y, gradient = normalized(x.astype("float64"), axes)
    wanted = gradient(weights.astype("float64")).reshape(shape)
    error = 6 * np.spacing(np.float32(abs(mean))) / spread  # what the mean is off by
    for have in on_both_engines(call, x):
        np.testing.assert_allclose(have, y.reshape(shape), rtol=1e-4, atol=error)
    for have in on_both_engines(slope, x, weights):
        np.testing.assert_allclose(have * spread, wanted * spread, rtol=1e-4, atol=2 * error)


def test_vectors_of_a_million_elements():
    x = data((2, 1_000_003), 300.0, 1.0)
    wide = x.astype("float64")
    for have in on_both_engines(layers.UnitNormalization(), x):
        np.testing.assert_allclose(have, wide / np.sqrt((wide**2).sum(1, keepdims=True)), rtol=2e-6)
    root = layers.RMSNormalization()
    root.build(x.shape)
    for have in on_both_engines(root, x):
        np.testing.assert_allclose(have, wide / np.sqrt((wide**2).mean(1, keepdims=True) + 1e-6), rtol=2e-6)
