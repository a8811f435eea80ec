"""Models of a thousand layers, and of layers of thousands of operations: built, called, described, trained."""

import sys

import numpy as np
import pytest

import oribi
from oribi import layers, ops
from oribi.models.graph_config import graph_config

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def functional(n):
    """`n` layers after one another, every fourth of which adds what was there before."""
    start = node = layers.Input((3,))
    for i in range(n // 4):
        before = node
        node = layers.Dense(3, name=f"dense{i}")(node)
        node = layers.Activation("tanh", name=f"act{i}")(node)
        node = layers.Rescaling(0.1, name=f"small{i}")(node)
        node = layers.Add(name=f"add{i}")([before, node])
    return oribi.Model(start, node)


def by_hand(model, n):
    """The same with NumPy."""
    weights = model.get_weights()
    value = X
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        value = value + np.tanh(value @ kernel + bias) * 0.1
    return value


def test_a_thousand_layers():
    model = functional(1000)
    want = by_hand(model, 1000)
    np.testing.assert_allclose(model(X), want, rtol=1e-4, atol=1e-5)
    again = oribi.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(X, verbose=0), want, rtol=1e-4, atol=1e-5)
    model.compile("sgd", "mse")
    losses = model.fit(X, np.zeros((6, 3)), batch_size=6, epochs=2, verbose=0).history["loss"]
    np.testing.assert_allclose(losses[0], np.mean(want**2), rtol=1e-4)
    assert losses[1] < losses[0]


class Long(layers.Layer):
    """Thousands of operations, then their results joined."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def call(self, inputs):
        x, parts = inputs, []
        for i in range(self.n):
            x = x * 0.5 + 0.1
            if i % 2 == 0:
                parts.append(x[:, :1])
        return ops.concatenate(parts, axis=1)


@pytest.mark.parametrize("n", [1000, 5000])
def test_a_layer_of_thousands_of_operations(n):
    model = oribi.Sequential([layers.Input((3,)), Long(n)])
    value, columns = X[:, :1].astype("float64"), []
    for i in range(n):
        value = value * 0.5 + 0.1
        columns += [value] if i % 2 == 0 else []
    want = np.concatenate(columns, axis=1)
    np.testing.assert_allclose(model(X), want, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict(X, verbose=0), want, rtol=1e-5, atol=1e-6)


def operations(n):
    """A model of operations alone, all of one name."""
    start = node = layers.Input((3,))
    for _ in range(n):
        node = ops.tanh(node)
    return oribi.Model(start, node)


@pytest.mark.parametrize("build", [functional, operations])
def test_the_work_of_building_and_describing_grows_with_the_model_alone(build):
    small, large = (calls(lambda n=n: graph_config(build(n)._graph)) for n in (400, 800))
    assert large < 2.4 * small


def calls(work):
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
