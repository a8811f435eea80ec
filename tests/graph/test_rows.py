"""Which models treat each row for itself: `predict` fills up the batches of those, and computes others as they are."""

import numpy as np
import pytest

import oribi
from oribi import layers, ops

RNG = np.random.default_rng(0)


class Computed(layers.Layer):
    """A layer of one function."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def of(function, *others):
    return [*others, Computed(function)]


APART = {
    "dense": ((5,), [layers.Dense(4, activation="relu"), layers.Dropout(0.5), layers.Dense(3, activation="softmax")]),
    "image": ((8, 8, 2), [layers.Conv2D(3, 3, strides=2), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)]),
    "pooled": ((8, 8, 2), [layers.SeparableConv2D(3, 3, padding="same"), layers.GlobalAveragePooling2D()]),
    "transposed": ((4, 4, 2), [layers.Conv2DTranspose(3, 3, strides=2), layers.BatchNormalization()]),
    "upsampled": ((4, 4, 2), [layers.UpSampling2D(), layers.AveragePooling2D(3), layers.LayerNormalization()]),
    "lstm": ((6, 3), [layers.LSTM(4, return_sequences=True), layers.Bidirectional(layers.GRU(3))]),
    "masked": ((6, 3), [layers.Masking(), layers.SimpleRNN(4), layers.Dense(2)]),
    "tokens": ((6,), [layers.Embedding(9, 4), layers.GlobalAveragePooling1D()]),
    "steps": ((6, 3), [layers.TimeDistributed(layers.Dense(4)), layers.Permute((2, 1)), layers.Reshape((3, 8))]),
    "normalized": ((6, 4), [layers.GroupNormalization(2), layers.UnitNormalization(), layers.Cropping1D(1)]),
    "sorted": ((5,), of(lambda x: ops.cumsum(x, axis=1))),
    "transposed twice": ((5,), of(lambda x: ops.transpose(ops.transpose(x) * 2.0))),
    "places": ((5,), of(lambda x: x + ops.arange(5, dtype="float32"))),
    "merged": ((4, 3), of(lambda x: ops.reshape(ops.reshape(x, (-1, 3)) * 2.0, (-1, 4, 3)))),
    "doubled": ((4,), of(lambda x: ops.concatenate([x, ops.zeros((x.shape[0], 2)), x[:, ::-1]], axis=1))),
}
MEETING = {
    "mean": ((5,), of(lambda x: x - ops.mean(x, axis=0, keepdims=True))),
    "softmax": ((5,), of(lambda x: ops.softmax(x, axis=0))),
    "size": ((5,), of(lambda x: x / float(x.shape[0]))),
    "ones": ((5,), of(lambda x: x * ops.sum(ops.ones((x.shape[0],))))),
    "reversed": ((5,), of(lambda x: ops.flip(x, axis=0))),
    "running": ((5,), of(lambda x: ops.cumsum(x, axis=0))),
    "first": ((5,), of(lambda x: x + x[:1])),
    "last": ((5,), of(lambda x: x + x[-1:])),
    "neighbours": ((3,), of(lambda x: ops.reshape(ops.softmax(ops.reshape(x, (3, -1)), axis=-1), (-1, 3)))),
    "across": ((4,), of(lambda x: ops.reshape(ops.reshape(x, (2, -1))[::-1], (-1, 4)))),
    "products": ((4,), of(lambda x: ops.matmul(ops.matmul(x, ops.transpose(x)), x))),
    "rolled": ((4,), of(lambda x: ops.concatenate([x[1:], x[:1]], axis=0))),
    "largest": ((4,), of(lambda x: x / ops.max(x))),
}


def model(shape, made):
    return oribi.Sequential(
        [
            layers.Input(shape),
            *(type(layer).from_config(layer.get_config()) if type(layer) is not Computed else layer for layer in made),
        ]
    )


def data(name, shape, rows):
    return RNG.integers(0, 9, (rows, *shape)) if name == "tokens" else RNG.normal(size=(rows, *shape)).astype("float32")


def programs(made):
    steps = made.__dict__["_steps"]
    return [layout.batch for kept in steps._all.values() for layout in kept if layout.kind == "predict"]


@pytest.mark.parametrize("name", APART)
def test_few_programs_serve_every_number_of_rows(name):
    shape, made = APART[name]
    net = model(shape, made)
    x = data(name, shape, 21)
    whole = net.predict(x, batch_size=21, verbose=0)
    for rows in (5, 6, 7, 3):
        np.testing.assert_allclose(net.predict(x[:rows], verbose=0), whole[:rows], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(net.predict(x, batch_size=4, verbose=0), whole, rtol=2e-5, atol=1e-6)
    assert sorted(programs(net)) == [4, 8, 32] or sorted(programs(net)) == [4, 8, 21]


@pytest.mark.parametrize("name", MEETING)
def test_rows_that_meet_are_computed_as_they_are(name):
    shape, made = MEETING[name]
    net = model(shape, made)
    for rows in (5, 6, 7, 3):
        x = data(name, shape, rows)
        np.testing.assert_allclose(net.predict(x, verbose=0), net(x).numpy(), rtol=1e-5, atol=1e-6)
        assert rows in programs(net)


def test_several_inputs_and_outputs_and_hooks_see_the_rows_asked_for():
    one, two = layers.Input((3,), name="one"), layers.Input((2,), name="two")
    joined = layers.Concatenate()([one, two])
    net = oribi.Model([one, two], {"sum": layers.Dense(1)(joined), "both": joined})
    seen = []
    note = oribi.callbacks.LambdaCallback(on_predict_batch_end=lambda batch, logs: seen.append(logs["outputs"]["both"]))
    x = [RNG.normal(size=(11, 3)).astype("float32"), RNG.normal(size=(11, 2)).astype("float32")]
    made = net.predict(x, batch_size=4, verbose=0, callbacks=[note])
    np.testing.assert_array_equal(made["both"], np.concatenate(x, axis=1))
    assert [len(part) for part in seen] == [4, 4, 3] and programs(net) == [4]
    np.testing.assert_array_equal(np.concatenate(seen), made["both"])


def test_a_model_that_keeps_a_state_is_not_filled_up():
    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.rows = self.add_weight(shape=(), initializer="zeros", trainable=False, name="rows")

        def call(self, inputs):
            self.rows.assign_add(float(inputs.shape[0]))
            return inputs

    net = oribi.Sequential([layers.Input((2,)), Counting()])
    net.predict(np.ones((5, 2)), verbose=0)
    assert float(net.layers[0].rows) == 5.0
