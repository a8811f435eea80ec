"""Models that have run are copied and pickled: the copy predicts and trains on as the first, and is another model."""

import copy
import pickle

import numpy as np
import pytest

import oribi
from oribi import callbacks, layers, ops

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1] * 2


class Net(oribi.Model):
    def __init__(self):
        super().__init__()
        self.hidden = [layers.Dense(4)]
        self.heads = {"out": layers.Dense(1)}
        self.scale = ops.convert_to_tensor([2.0])
        self.mean = oribi.metrics.Mean(name="own")

    def call(self, inputs):
        return self.heads["out"](self.hidden[0](inputs)) * self.scale


def sequential():
    hidden = [layers.Dense(4, activation="relu"), layers.Dropout(0.3), layers.BatchNormalization()]
    return oribi.Sequential([layers.Input((3,)), *hidden, layers.Dense(1)])


def functional():
    start = layers.Input((3,))
    shared = layers.Dense(3, activation="tanh")
    joined = ops.relu(shared(shared(start)) + start) * 2.0
    return oribi.Model(start, layers.Dense(1)(joined))


COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda thing: pickle.loads(pickle.dumps(thing))}


@pytest.mark.parametrize("make", [Net, sequential, functional])
@pytest.mark.parametrize("how", COPIES)
def test_a_model_that_has_run_is_copied(make, how):
    model = make()
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=2, verbose=0)
    model.evaluate(X, Y, verbose=0)
    predicted = model.predict(X, verbose=0)
    other, history_too = COPIES[how](model), COPIES[how](history)
    np.testing.assert_array_equal(other.predict(X, verbose=0), predicted)
    assert history_too.history == history.history
    other.fit(X, Y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.predict(X, verbose=0), predicted)
    model.fit(X, Y, shuffle=False, verbose=0)
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert int(other.optimizer.iterations) == 3


@pytest.mark.parametrize("how", COPIES)
def test_a_model_is_copied_while_it_trains(how):
    kept = []

    class Keep(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kept.append(COPIES[how](self.model))

    model = sequential()
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=4, verbose=0, callbacks=[Keep()])
    np.testing.assert_array_equal(kept[-1].predict(X, verbose=0), model.predict(X, verbose=0))
    assert not np.array_equal(kept[0].get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("how", COPIES)
def test_depth_is_no_limit_to_a_copy(how):
    start = last = layers.Input((3,))
    for _ in range(600):
        last = last + 1.0
    model = oribi.Model(start, last)
    np.testing.assert_allclose(COPIES[how](model)(X).numpy(), X + 600, rtol=1e-6)
