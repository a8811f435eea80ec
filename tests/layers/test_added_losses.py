"""What layers add to the loss: `add_loss` and penalties on activities."""

import threading

import numpy as np
import pytest

import oribi
from oribi import ops

L = oribi.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 6)).astype("float32")
Y = RNG.normal(size=(20, 1)).astype("float32")


class Quiet(L.Layer):
    """Adds the mean square of what passes, times a factor."""

    def __init__(self, factor=0.5, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        self.add_loss(self.factor * ops.mean(ops.square(inputs)))
        return inputs


def test_the_last_call_counts():
    layer = Quiet()
    assert layer.losses == []
    layer(np.full((2, 3), 2.0))
    layer(np.full((2, 3), 4.0))
    assert [loss.numpy() for loss in layer.losses] == [8.0]


@pytest.mark.parametrize("kind", ["sequential", "functional", "nested", "subclass"])
def test_models_collect_what_their_layers_add(kind):
    if kind == "sequential":
        model = oribi.Sequential([Quiet(1.0), Quiet(2.0)])
    elif kind == "functional":
        inputs = oribi.Input((6,))
        model = oribi.Model(inputs, Quiet(2.0)(Quiet(1.0)(inputs)))
    elif kind == "nested":
        model = oribi.Sequential([oribi.Sequential([Quiet(1.0)]), Quiet(2.0)])
    else:

        class Both(oribi.Model):
            def __init__(self):
                super().__init__()
                self.quiet = Quiet(1.0)

            def call(self, inputs):
                self.add_loss(2 * ops.mean(ops.square(inputs)))
                return self.quiet(inputs)

        model = Both()
    model.compile("sgd", "mse")
    assert model.losses == []
    for _ in range(2):
        model(X)
        mean = np.mean(X**2)
        np.testing.assert_allclose(sorted(loss.numpy() for loss in model.losses), [mean, 2 * mean], rtol=1e-6)
    expected = 3 * mean + np.mean((X - 1) ** 2)
    np.testing.assert_allclose(model.evaluate(X, np.ones_like(X), verbose=0), expected, rtol=1e-5)
    assert model.losses == []  # what a compiled step added is not a value
    history = model.fit(X, np.ones_like(X), batch_size=20, verbose=0)
    np.testing.assert_allclose(history.history["loss"], expected, rtol=1e-5)


def test_a_model_may_have_no_other_loss():
    class Autoencoder(oribi.Model):
        def __init__(self):
            super().__init__()
            self.inner, self.outer = L.Dense(3), L.Dense(6)

        def call(self, inputs):
            outputs = self.outer(self.inner(inputs))
            self.add_loss(ops.square(outputs - inputs) / inputs.shape[0])
            return outputs

    model = Autoencoder()
    model.compile(oribi.optimizers.Adam(0.05))
    losses = model.fit(X, batch_size=8, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    assert [loss.shape for loss in (model(X), model.losses)[1]] == [X.shape]


def test_several_outputs_and_no_true_values():
    inputs = oribi.Input((6,))
    inner = Quiet(1.0)(L.Dense(3)(inputs))
    model = oribi.Model(inputs, [inner, L.Dense(2)(inner)])
    model.compile("adam")
    before = float(model.evaluate(X, verbose=0))
    with pytest.warns(UserWarning, match="does not depend on"):
        model.fit(X, epochs=3, batch_size=8, validation_data=(X, None), verbose=0)
    assert float(model.evaluate(X, verbose=0)) < before
    with pytest.warns(UserWarning, match="does not depend on"):
        assert model.train_on_batch(X) > 0
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="y is missing"):
        model.fit(X, verbose=0)


def test_what_cannot_be_added():
    with pytest.raises(ValueError, match=r"Quiet 'quiet.*': add_loss takes a tensor that call\(\) computed"):
        Quiet().add_loss(1.0)
    with pytest.raises(ValueError, match="add_loss takes a tensor"):
        oribi.Sequential([Quiet()]).add_loss(oribi.Input((3,)))


def test_a_loss_inside_of_a_loop_is_told():
    def step(carry, x):
        return Quiet(name="q")(carry + x), None

    with pytest.raises(NotImplementedError, match="Quiet 'q': adding to the loss inside of a loop or a branch"):
        ops.scan(step, ops.zeros((2, 3)), ops.ones((4, 2, 3)))


def test_a_train_step_of_ones_own_reads_what_was_added():
    class Coder(oribi.Model):
        def __init__(self):
            super().__init__()
            self.inner, self.outer = L.Dense(3, activity_regularizer="l2"), L.Dense(6)

        def call(self, inputs):
            return self.outer(self.inner(inputs))

        def train_step(self, data):
            x = data[0] if isinstance(data, tuple) else data
            with oribi.GradientTape() as tape:
                error = ops.mean(ops.square(self(x, training=True) - x))
                (penalty,) = self.losses
                loss = error + penalty
            self.optimizer.apply_gradients(
                zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights, strict=True)
            )
            return {"error": error, "penalty": penalty}

    model = Coder()
    model.compile(oribi.optimizers.SGD(0.0))
    model(X)
    expected = float(model.losses[0])
    history = model.fit(X, batch_size=20, verbose=0).history
    np.testing.assert_allclose(history["penalty"], [expected], rtol=1e-5)
    assert model.losses == []


def test_a_call_that_fails_leaves_the_next_one_alone():
    class Moody(L.Layer):
        def call(self, inputs):
            self.add_loss(ops.sum(inputs))
            if inputs.shape[0] == 1:
                raise RuntimeError("one is not enough")
            return inputs

    layer = Moody()
    with pytest.raises(RuntimeError, match="one is not enough"):
        layer(np.ones((1, 2)))
    layer(np.ones((2, 2)))
    assert [loss.numpy() for loss in layer.losses] == [4.0]


def test_two_threads_collect_their_own():
    models = [oribi.Sequential([Quiet(float(n)), Quiet(float(n))]) for n in (1, 2)]
    found = [[], []]

    def work(number):
        for _ in range(200):
            models[number](X)
            found[number].append([float(loss) for loss in models[number].losses])

    threads = [threading.Thread(target=work, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mean = np.mean(X**2)
    for number, losses in enumerate(found):
        np.testing.assert_allclose(losses, np.full((200, 2), (number + 1) * mean), rtol=1e-6)


def built(library, regularizer):
    layers, regularizer = library.layers, regularizer or library.regularizers.L1L2(0.03, 0.02)
    inputs = library.Input((6,))
    x = layers.Dense(5, activation="tanh", activity_regularizer=regularizer)(inputs)
    x = layers.Reshape((5, 1))(x)
    x = layers.LSTM(3, activity_regularizer=regularizer)(x)
    return library.Model(inputs, layers.Dense(1)(x))


@pytest.mark.parametrize("regularizer", ["l1", "l2", None])
def test_activity_regularizers_agree_with_keras(keras, regularizer):
    """Per example: the last batch is smaller."""
    start, trained = None, []
    for library in (keras, oribi):
        model = built(library, regularizer)
        start = start or [RNG.normal(0, 0.5, w.shape).astype("float32") for w in model.get_weights()]
        model.set_weights(start)
        model.compile(library.optimizers.SGD(0.1), "mse")
        losses = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"]
        trained.append([*model.get_weights(), np.array(losses), np.array(model.evaluate(X, Y, verbose=0))])
    for theirs, ours in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=1e-5)


def test_a_function_of_the_users_and_an_empty_batch():
    layer = L.Dense(4, activity_regularizer=lambda y: ops.sum(ops.abs(y)))
    y = layer(X).numpy()
    np.testing.assert_allclose(layer.losses[0].numpy(), np.abs(y).sum() / 20, rtol=1e-5)
    layer(X[:0])
    assert layer.losses[0].numpy() == 0


def test_configs_of_activity_regularizers_go_both_ways(keras):
    ours = L.Dense(3, activity_regularizer=oribi.regularizers.L2(0.25), name="d")
    theirs = keras.layers.Dense(3, activity_regularizer=keras.regularizers.L2(0.25), name="d")
    for config in (ours.get_config(), theirs.get_config()):
        config.pop("dtype")
        for layer in (keras.layers.Dense.from_config(dict(config)), L.Dense.from_config(dict(config))):
            assert layer.activity_regularizer.get_config() == {"l2": 0.25}
    assert "activity_regularizer" not in L.Dense(3).get_config()


@pytest.mark.parametrize("frozen", ["model", "layer", "weight", "none"])
def test_penalties_are_of_weights_that_train(keras, frozen):
    losses = []
    for library in (oribi, keras):
        layer = library.layers.Dense(2, kernel_regularizer="l1", bias_regularizer="l2", bias_initializer="ones")
        model = library.Sequential([library.Input((6,)), layer])
        model.set_weights([np.full((6, 2), 0.5, "float32"), np.ones(2, "float32")])
        {"model": model, "layer": layer, "weight": layer.kernel}.get(frozen, type("Other", (), {})()).trainable = False
        model.compile("sgd", "mse")
        losses.append([[float(p) for p in model.losses], model.evaluate(X, X[:, :2], verbose=0)])
    assert losses[0][0] == pytest.approx(losses[1][0])
    assert losses[0][1] == pytest.approx(losses[1][1], rel=1e-5)
