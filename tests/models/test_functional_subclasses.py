"""Subclasses of Model that hand inputs and outputs to it: functional models with methods of their own."""

import copy
import pickle

import numpy as np
import pytest

import oribi
from oribi import layers, ops

X, Y = np.random.default_rng(0).normal(size=(20, 4)).astype("float32"), np.ones((20, 1), "float32")


class Doubled(oribi.Model):
    """Trains on twice the loss, and says so in a metric of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = oribi.metrics.Mean("seen")

    def train_step(self, data):
        logs = super().train_step(data)
        self.seen.update_state(logs["loss"])
        return {**logs, "seen": self.seen.result()}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return 2 * super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)


class OfUnits(oribi.Model):
    """Makes its graph itself."""

    def __init__(self, units, **kwargs):
        inputs = layers.Input((4,))
        super().__init__(inputs=inputs, outputs=layers.Dense(units)(inputs), **kwargs)
        self.units = units

    def doubled(self, x):
        return self(x) * 2


def ends():
    inputs = layers.Input((4,))
    return inputs, layers.Dense(1, kernel_initializer="ones")(inputs)


def test_methods_of_ones_own_are_used():
    ends_of_both = ends()
    own, plain = Doubled(*ends_of_both, name="own"), oribi.Model(*ends_of_both)
    for model in (own, plain):
        model.compile(oribi.optimizers.SGD(0.0), "mse")
    ours, theirs = (model.fit(X, Y, batch_size=20, verbose=0).history for model in (own, plain))
    assert set(ours) == {"loss", "seen"} and own.name == "own"
    np.testing.assert_allclose(ours["loss"], 2 * np.asarray(theirs["loss"]), rtol=1e-6)


def test_a_constructor_may_make_the_graph():
    one, other = OfUnits(3), OfUnits(2, name="two")
    assert (one.output_shape, other.output_shape, other.name) == ((None, 3), (None, 2), "two")
    assert one.units == 3 and isinstance(one, OfUnits) and isinstance(one, oribi.Model)
    np.testing.assert_allclose(one.doubled(X).numpy(), 2 * one(X).numpy())


def test_a_class_of_a_class():
    class Further(Doubled):
        def summed(self, x):
            return ops.sum(self(x))

    model = Further(*ends())
    assert model.summed(X).shape == () and model.input_shape == (None, 4)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_they_can_be_copied(copied):
    model = OfUnits(3)
    again = copied(model)
    assert type(again) is OfUnits and again.units == 3
    np.testing.assert_array_equal(again(X).numpy(), model(X).numpy())


def test_other_subclasses_stay_what_they_are():
    class Called(oribi.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    OfUnits(3)
    assert Called()(X).shape == (20, 2)
