"""Weights are made once: what `build` assigns is no part of the step, the model or the loop in which it is first called."""

import numpy as np
import pytest

import oribi
from oribi import layers, ops

X = np.random.default_rng(2).normal(size=(4, 3, 2)).astype("float32")


class Counted(layers.Layer):
    """x + count, where `build` sets the count to two."""

    def build(self, input_shape):
        self.count = self.add_weight((), "zeros", trainable=False, name="count")
        self.count.assign(2.0)

    def call(self, x):
        return x + self.count


class Around(layers.Layer):
    """A layer in a layer that builds nothing itself."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return self.inner(x)


class Net(oribi.Model):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x):
        return self.inner(x)


def functional(layer):
    inputs = oribi.Input((3, 2))
    return oribi.Model(inputs, layer(inputs))


MODELS = {
    "subclass": Net,
    "nested": lambda layer: Net(Around(layer)),
    "functional": functional,
    "around": lambda layer: functional(Around(layer)),
    "sequential": lambda layer: oribi.Sequential([layer]),
}
FIRST = {
    "predict": lambda model: model.predict(X, verbose=0),
    "fit": lambda model: model.fit(X, X, epochs=2, batch_size=2, verbose=0),
    "evaluate": lambda model: model.evaluate(X, X, verbose=0),
    "call": lambda model: model(X),
    "shape": lambda model: model.compute_output_shape((None, 3, 2)),
}


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("make", MODELS)
def test_what_build_assigns_is_there_once(make, first):
    model = MODELS[make](Counted())
    model.compile("sgd", "mse")
    FIRST[first](model)
    assert [float(w) for w in model.weights] == [2.0]
    model.set_weights([np.float32(5)])
    np.testing.assert_allclose(model.predict(X, verbose=0), X + 5, rtol=1e-6)
    model.evaluate(X, X, verbose=0)
    model.fit(X, X, verbose=0)
    assert [float(w) for w in model.weights] == [5.0]


@pytest.mark.parametrize("make", MODELS)
def test_the_bias_of_an_lstms_forget_gate_starts_at_one_and_learns(make):
    model = MODELS[make](layers.LSTM(2, return_sequences=True))
    model.compile(oribi.optimizers.SGD(0.5), "mse")
    model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.weights[2].numpy(), [0, 0, 1, 1, 0, 0, 0, 0])
    values = [np.full(w.shape, 0.3, "float32") for w in model.weights]
    model.set_weights(values)
    model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.weights[2].numpy(), values[2])
    model.fit(X, X, epochs=3, verbose=0)
    assert (model.weights[2].numpy() != values[2]).all()


def test_slots_that_an_optimizer_sets_in_build_start_there():
    class Lookahead(oribi.optimizers.SGD):
        """Weights drawn back to where they were at first."""

        def build(self, variables):
            super().build(variables)
            self.slow = [self.add_variable_from_reference(v, "slow") for v in variables]
            for slow, variable in zip(self.slow, variables, strict=True):
                slow.assign(variable)

        def update_step(self, gradient, variable, learning_rate):
            variable.assign(ops.multiply(ops.add(variable, self.slow[self.index(variable)]), 0.5))

    model = oribi.Sequential([oribi.Input((2,)), layers.Dense(1, use_bias=False)])
    start = model.get_weights()
    model.compile(Lookahead(), "mse")
    model.fit(X[:, 0], X[:, 0, :1], epochs=2, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], start[0], rtol=1e-6)
    np.testing.assert_allclose(model.optimizer.slow[0].numpy(), start[0])
