"""Steps that users write: traced into the same compiled loop, with gradients from a tape."""

import numpy as np
import pytest

import oribi
from oribi import layers, ops

RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(40, 5)).astype("float32"), RNG.normal(size=(40, 2)).astype("float32")


class Net(oribi.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(7, activation="relu")
        self.drop = layers.Dropout(0.3)
        self.out = layers.Dense(2)

    def call(self, inputs):
        return self.out(self.drop(self.hidden(inputs)))


class Own(Net):
    def train_step(self, data):
        x, y = data
        with oribi.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {"loss": loss, "largest": ops.max(ops.abs(gradients[0]))}

    def test_step(self, data):
        x, y = data
        return {"error": ops.mean(ops.abs(self(x) - y))}


def fitted(kind, **options):
    oribi.utils.set_random_seed(1)
    model = kind()
    model.compile("adam", "mse")
    return model, model.fit(X, Y, epochs=3, batch_size=16, verbose=0, **options).history


def test_a_step_that_does_what_fit_does_gives_the_same_bits():
    default, _ = fitted(Net)
    own, history = fitted(Own, validation_data=(X, Y))
    for mine, other in zip(own.get_weights(), default.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert set(history) == {"loss", "largest", "val_error"} and len(history["largest"]) == 3
    error = own.evaluate(X, Y, verbose=0)
    last = slice(32, 40)  # the logs are what the last step returned, that of a smaller batch
    assert error == pytest.approx(np.abs(own.predict(X, verbose=0) - Y)[last].mean(), rel=1e-5)


class Gan(oribi.Model):
    """Two networks with an optimizer each, one after the other in one step."""

    def __init__(self):
        super().__init__()
        self.generator = oribi.Sequential([oribi.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(2)])
        self.judge = oribi.Sequential([oribi.Input((2,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
        self.g_loss, self.d_loss = oribi.metrics.Mean(name="g_loss"), oribi.metrics.Mean(name="d_loss")

    @property
    def metrics(self):
        return [self.g_loss, self.d_loss]

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        self.loss_fn = oribi.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, data):
        real = data
        count = real.shape[0]
        noise = oribi.random.normal((count, 3))
        both = ops.concatenate([self.generator(noise), real], axis=0)
        labels = ops.concatenate([ops.zeros((count, 1)), ops.ones((count, 1))], axis=0)
        with oribi.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.judge(both))
        weights = self.judge.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights, strict=True))
        with oribi.GradientTape() as tape:
            g_loss = self.loss_fn(ops.ones((count, 1)), self.judge(self.generator(noise)))
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights, strict=True))
        self.g_loss.update_state(g_loss)
        self.d_loss.update_state(d_loss)
        return {m.name: m.result() for m in self.metrics}


def test_two_optimizers_in_one_step_learn_a_distribution():
    oribi.utils.set_random_seed(0)
    gan = Gan()
    gan.compile(oribi.optimizers.Adam(0.01), oribi.optimizers.Adam(0.01))
    real = (RNG.normal(size=(2000, 2)) * 0.2 + [2.0, -1.0]).astype("float32")
    history = gan.fit(real, epochs=6, batch_size=50, verbose=0).history
    assert set(history) == {"g_loss", "d_loss"}
    made = gan.generator.predict(RNG.normal(size=(500, 3)), verbose=0)
    assert np.abs(made.mean(0) - [2.0, -1.0]).max() < 0.7


def test_unseeded_noise_differs_from_step_to_step():
    class Noisy(oribi.Model):
        def train_step(self, data):
            return {"drawn": oribi.random.uniform(())}

    model = Noisy()
    model.compile()
    drawn = model.fit(np.ones((8, 1)), epochs=5, batch_size=8, verbose=0).history["drawn"]
    assert len(set(drawn)) == 5


def test_errors_say_what_is_expected():
    class Wrong(oribi.Model):
        def train_step(self, data):
            return 3

    model = Wrong()
    model.compile()
    with pytest.raises(TypeError, match="train_step must return a dict of metrics by name, got int"):
        model.fit(X, verbose=0)
