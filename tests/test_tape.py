"""GradientTape outside of a compiled step."""

import gc
import threading
import weakref

import numpy as np
import pytest

import oribi
from oribi import layers, ops, tf
from oribi.tape import GradientTape

Variable = oribi.Variable


def test_gradients_of_variables_and_tensors():
    w, b = Variable([[1.0, 2.0], [3.0, 4.0]]), Variable([0.5, -0.5])
    x = tf.constant([[1.0, -1.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.matmul(x, w) + b
        loss = tf.reduce_sum(y**2)
    value = np.array([[1.0, -1.0]]) @ np.array([[1.0, 2], [3, 4]]) + [0.5, -0.5]
    of_w, of_b = tape.gradient(loss, [w, b])
    np.testing.assert_allclose(of_w, np.array([[1.0], [-1.0]]) @ (2 * value))
    np.testing.assert_allclose(of_b, 2 * value[0])
    np.testing.assert_allclose(tape.gradient(loss, x), 2 * value @ np.array([[1.0, 2], [3, 4]]).T)
    np.testing.assert_allclose(tape.gradient(loss, {"y": y})["y"], 2 * value)


@pytest.mark.parametrize("look", ["inside", "outside", "both", "never"])
def test_looking_at_values_does_not_cut_the_graph(look):
    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        h = ops.exp(v)
        if look in ("inside", "both"):
            assert h.numpy()[0] > 2
        loss = ops.sum(h * h)
        if look in ("inside", "both"):
            float(loss)
    if look in ("outside", "both"):
        print(loss, h)
    np.testing.assert_allclose(tape.gradient(loss, v), 2 * np.exp(2 * np.array([1.0, 2.0])), rtol=1e-5)
    np.testing.assert_allclose(loss, np.sum(np.exp(2 * np.array([1.0, 2.0]))), rtol=1e-5)


def test_a_tape_is_asked_once_unless_it_is_persistent():
    v = Variable(2.0)
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v).item() == 4
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, v)


def test_what_does_not_depend_has_no_gradient():
    v, w = Variable(2.0), Variable([1.0, 1.0])
    with GradientTape(persistent=True) as tape:
        y = v * v
    assert tape.gradient(y, w) is None
    np.testing.assert_array_equal(tape.gradient(y, w, unconnected_gradients="zero"), [0, 0])
    outside = v * v
    assert tape.gradient(y, outside) is None


def test_second_derivatives():
    x = Variable(3.0)
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = x * x * x
        first = inner.gradient(y, x)
    assert first.item() == 27
    assert outer.gradient(first, x).item() == 18


def test_a_variable_that_is_assigned_inside():
    """Its value before and after: the update itself has no gradient."""
    v = Variable(2.0)
    with GradientTape() as tape:
        y = v * v
        v.assign(5.0)
        z = y + 3 * v
    assert tape.gradient(z, v).item() == 7 and float(v) == 5


def test_a_loop_of_training_agrees_with_fit():
    x, y = np.random.default_rng(0).normal(size=(2, 64, 4)).astype("float32")
    found = []
    for eager in (True, False):
        oribi.utils.set_random_seed(3)
        model = oribi.Sequential([layers.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(4)])
        optimizer = oribi.optimizers.Adam(0.05)
        losses = []
        if eager:
            compare = oribi.losses.MeanSquaredError()
            for start in range(0, 64, 16):
                with tf.GradientTape() as tape:
                    loss = compare(y[start : start + 16], model(x[start : start + 16], training=True))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
                losses.append(float(loss))
        else:
            model.compile(optimizer, "mse")
            model.fit(x, y, batch_size=16, shuffle=False, verbose=0)
        found.append(model.get_weights())
    for have, want in zip(*found, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-5)


def test_layers_that_change_in_training():
    layer, drop = layers.BatchNormalization(), layers.Dropout(0.5, seed=1)
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32") * 3 + 1
    with GradientTape() as tape:
        out = layer(drop(x, training=True), training=True)
        loss = ops.mean(ops.square(out - 1))
    gradients = tape.gradient(loss, layer.trainable_variables)
    np.testing.assert_allclose(gradients[1], 2 * np.mean(out.numpy() - 1, axis=0) / 3, rtol=1e-4, atol=1e-6)
    assert np.abs(layer.moving_mean.numpy()).max() > 0


def test_the_past_is_let_go_of():
    """Losses that are kept do not keep the graphs that they came from."""
    v, kept = Variable(np.ones(1000, "float32")), []
    for _ in range(3):
        with GradientTape() as tape:
            h = ops.exp(v)
            loss = ops.sum(h)
        node = weakref.ref(h.node)
        float(loss)
        tape.gradient(loss, v).numpy()
        kept.append(loss)
        del h, tape
        gc.collect()
        assert node() is None
    assert kept[0].item() == kept[2].item()


def test_a_tape_that_is_never_asked_lets_go_too():
    v = Variable(np.ones(10, "float32"))
    with GradientTape() as tape:
        h = ops.exp(v)
        loss = ops.sum(h)
        float(loss)
    node = weakref.ref(h.node)
    del h, tape
    gc.collect()
    assert node() is None and loss.item() > 27


def test_each_thread_has_tapes_of_its_own():
    v, seen = Variable(2.0), []

    def other():
        seen.append(v * v)

    with GradientTape() as tape:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        y = v * 3
    assert seen[0]._record is None
    assert tape.gradient(y, v).item() == 3


def test_long_chains_are_computed_on_the_way_and_keep_their_past():
    v = Variable(1.0)
    with GradientTape() as tape:
        y = v * 1.0
        for _ in range(1000):
            y = y + v
    assert tape.gradient(y, v).item() == 1001
