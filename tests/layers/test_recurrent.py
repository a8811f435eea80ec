"""Recurrent layers against the installed Keras: outputs and gradients over grids of arguments, masks, states, wrappers."""

import numpy as np
import pytest

import oribi
from oribi import layers as L
from oribi import ops
from tests.layers.agreement import layers_agree

RNG = np.random.default_rng(8)
X = RNG.normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 0, 1, 0, 1]], bool)
KINDS = ("SimpleRNN", "LSTM", "GRU")
ARGUMENTS = [
    {},
    {"return_sequences": True},
    {"go_backwards": True, "return_sequences": True},
    {"unroll": True},
    {"use_bias": False},
    {"activation": "relu", "return_sequences": True},
]
OWN = [
    ("LSTM", {"recurrent_activation": "hard_sigmoid", "unit_forget_bias": False}),
    ("GRU", {"reset_after": False}),
    ("GRU", {"reset_after": False, "use_bias": False, "return_sequences": True, "use_cudnn": False}),
]
SLOW = {"use_cudnn": False}  # Keras' own fast path of the GRU has no way without a bias
GRID = [(k, {**a, **(SLOW if k == "GRU" and "use_bias" in a else {})}) for k in KINDS for a in ARGUMENTS] + OWN


@pytest.mark.parametrize(("kind", "arguments"), GRID, ids=str)
def test_outputs_and_gradients_agree_with_keras(keras, kind, arguments):
    layers_agree(keras, kind, {"units": 6, **arguments}, (3, 5, 4), tolerance=5e-5)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 7, 17), (33, 3, 5)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_odd_shapes_agree_with_keras(keras, kind, shape):
    layers_agree(keras, kind, {"units": 17, "return_sequences": True}, shape, tolerance=5e-5)


def twins(keras, make, x):
    """The same layer of both, with the same weights."""
    theirs, ours = make(keras.layers), make(L)
    theirs(x), ours(x)
    weights = [RNG.normal(size=w.shape).astype("float32") * 0.4 for w in ours.weights]
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    for layer in (theirs, ours):
        layer.set_weights(weights)
    return theirs, ours


def same(have, want, tolerance=2e-5):
    for h, w in zip(*(v if isinstance(v, tuple | list) else (v,) for v in (have, want)), strict=True):
        np.testing.assert_allclose(np.asarray(h), np.asarray(w), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("zero_output", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("mask", [MASK, np.zeros((3, 5), bool)], ids=["some", "none"])
@pytest.mark.parametrize("kind", KINDS)
def test_masked_steps_leave_the_state_alone(keras, kind, mask, sequences, zero_output):
    arguments = {"return_sequences": sequences, "return_state": True, "zero_output_for_mask": zero_output}
    theirs, ours = twins(keras, lambda layers: getattr(layers, kind)(6, **arguments), X)
    same(ours(X, mask=mask), theirs(X, mask=mask))


@pytest.mark.parametrize("kind", KINDS)
def test_states_in_and_out(keras, kind):
    theirs, ours = twins(keras, lambda layers: getattr(layers, kind)(6, return_state=True), X)
    first = [RNG.normal(size=(3, 6)).astype("float32") for _ in range(2 if kind == "LSTM" else 1)]
    have, want = ours(X, initial_state=first), theirs(X, initial_state=first)
    assert len(have) == len(want)
    same(have, want)


def test_a_wrong_initial_state_is_told():
    with pytest.raises(
        ValueError, match=r"LSTM 'l': initial_state must have the shapes \[\(3, 6\), \(3, 6\)\], got \[\(3, 5\)\]"
    ):
        L.LSTM(6, name="l")(X, initial_state=[np.zeros((3, 5), "float32")])


@pytest.mark.parametrize("kind", KINDS)
def test_stateful_layers_go_on_where_they_stopped(keras, kind):
    theirs, ours = twins(keras, lambda layers: getattr(layers, kind)(6, stateful=True), X)
    theirs.reset_state(), ours.reset_state()
    for _ in range(3):
        same(ours(X), theirs(X))
    ours.reset_state()
    once = getattr(L, kind)(6)
    once(X)
    once.set_weights(ours.get_weights())
    same(ours(X), once(X))
    with pytest.raises(ValueError, match="keeps states for 3 rows, and the batch has 2"):
        ours(X[:2])


def test_a_stateful_model_predicts_and_trains_on_its_state():
    model = oribi.Sequential([oribi.Input((5, 4), batch_size=3), L.LSTM(6, stateful=True), L.Dense(1)])
    model.compile("sgd", "mse")
    first = model.predict(X, batch_size=3, verbose=0)
    second = model.predict(X, batch_size=3, verbose=0)
    assert np.abs(first - second).max() > 1e-3
    model.layers[0].reset_state()
    np.testing.assert_array_equal(model.predict(X, batch_size=3, verbose=0), first)
    model.fit(X, np.zeros((3, 1)), batch_size=3, epochs=2, verbose=0)


def test_a_stateful_layer_needs_to_know_the_batch():
    with pytest.raises(ValueError, match=r"needs a batch size that is known: give it to Input\(\.\.\., batch_size"):
        oribi.Sequential([oribi.Input((5, 4)), L.GRU(2, stateful=True)])


STACKS = {
    "rnn": lambda layers: layers.RNN(layers.LSTMCell(6), return_sequences=True, return_state=True),
    "stacked": lambda layers: layers.RNN([layers.LSTMCell(6), layers.GRUCell(5), layers.SimpleRNNCell(4)]),
    "states": lambda layers: layers.RNN([layers.LSTMCell(6), layers.LSTMCell(5)], return_sequences=True),
    "bidirectional": lambda layers: layers.Bidirectional(layers.LSTM(6, return_sequences=True)),
    "last": lambda layers: layers.Bidirectional(layers.GRU(6), merge_mode="sum"),
    "product": lambda layers: layers.Bidirectional(layers.SimpleRNN(6, return_sequences=True), merge_mode="mul"),
    "mean": lambda layers: layers.Bidirectional(layers.LSTM(6, return_state=True), merge_mode="ave"),
    "both": lambda layers: layers.Bidirectional(layers.GRU(6, return_sequences=True), merge_mode=None),
    "unlike": lambda layers: layers.Bidirectional(
        layers.LSTM(6), backward_layer=layers.LSTM(6, activation="relu", go_backwards=True)
    ),
    "distributed": lambda layers: layers.TimeDistributed(layers.Dense(3, activation="tanh")),
}


@pytest.mark.parametrize("name", STACKS)
def test_stacks_and_wrappers_agree_with_keras(keras, name):
    theirs, ours = twins(keras, STACKS[name], X)
    same(ours(X), theirs(X))
    again = type(ours).from_config(ours.get_config())
    again(X)
    again.set_weights(ours.get_weights())
    same(again(X), ours(X))
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize("name", ["bidirectional", "last", "both"])
def test_wrappers_under_masks(keras, name):
    theirs, ours = twins(keras, STACKS[name], X)
    same(ours(X, mask=MASK), theirs(X, mask=MASK))


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"padding": "same", "return_sequences": True}, {"strides": 2, "use_bias": False}, {"return_state": True}],
    ids=str,
)
def test_conv_lstm_agrees_with_keras(keras, rank, arguments):
    x = RNG.normal(size=(2, 3, *(5, 6, 4)[:rank], 3)).astype("float32")
    theirs, ours = twins(keras, lambda layers: getattr(layers, f"ConvLSTM{rank}D")(2, 3, **arguments), x)
    same(ours(x), theirs(x))
    again = type(ours).from_config(ours.get_config())
    again(x)
    again.set_weights(ours.get_weights())
    same(again(x), ours(x))


def test_conv_lstm_gradients_agree_with_keras(keras):
    layers_agree(keras, "ConvLSTM2D", {"filters": 2, "kernel_size": 2, "return_sequences": True}, (2, 3, 4, 5, 2), 5e-5)


class Minimal(L.Layer):
    """A cell of a user's own: no output_size, no get_initial_state."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight((self.units, self.units), name="recurrent")

    def call(self, inputs, states):
        output = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent)
        return output, [output]


def test_a_cell_of_ones_own_trains():
    model = oribi.Sequential([L.RNN(Minimal(5)), L.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(X, X.sum((1, 2)), epochs=60, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arguments", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}], ids=str)
def test_dropout_draws_one_mask_for_a_sequence(kind, arguments):
    layer = getattr(L, kind)(64, activation="linear", return_sequences=True, seed=3, **arguments)
    x = np.ones((8, 4, 16), "float32")
    plain = layer(x, training=False).numpy()
    oribi.utils.set_random_seed(1)
    one, other = layer(x, training=True).numpy(), layer(x, training=True).numpy()
    assert np.abs(one - plain).max() > 1e-3 and np.abs(one - other).max() > 1e-3
    np.testing.assert_array_equal(plain, layer(x).numpy())


def test_a_sequence_of_no_steps_gives_the_first_state():
    empty = np.zeros((3, 0, 4), "float32")
    for kind in KINDS:
        layer = getattr(L, kind)(6)
        layer(X)
        assert layer(empty).numpy().tolist() == np.zeros((3, 6)).tolist()
        sequences = getattr(L, kind)(6, return_sequences=True)
        sequences(X)
        assert sequences(empty).shape == (3, 0, 6)


def test_nan_stays_in_its_row():
    x = X.copy()
    x[1, 2, 0] = np.nan
    for kind in KINDS:
        have = getattr(L, kind)(6)(x).numpy()
        assert np.isnan(have[1]).all() and np.isfinite(have[[0, 2]]).all()


def test_a_model_of_masks_and_recurrent_layers_trains_like_keras(keras):
    tokens = RNG.integers(0, 20, (64, 7))
    tokens[:, 5:] *= RNG.integers(0, 2, (64, 2))
    y = RNG.integers(0, 2, 64)

    def build(k):
        return k.Sequential(
            [
                k.layers.Embedding(20, 8, mask_zero=True),
                k.layers.Bidirectional(k.layers.LSTM(6, return_sequences=True)),
                k.layers.GRU(5),
                k.layers.Dense(1),
            ]
        )

    theirs, ours = build(keras), build(oribi)
    theirs(tokens), ours(tokens)
    weights = [RNG.normal(size=w.shape).astype("float32") * 0.3 for w in ours.weights]
    losses = []
    for model, k in ((theirs, keras), (ours, oribi)):
        model.set_weights(weights)
        model.compile(k.optimizers.SGD(0.1), k.losses.BinaryCrossentropy(from_logits=True))
        history = model.fit(tokens, y, batch_size=16, epochs=3, shuffle=False, verbose=0)
        losses.append(history.history["loss"])
    np.testing.assert_allclose(*losses, rtol=2e-4)
    for w, v in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(v, w, rtol=2e-3, atol=2e-4)


def test_bits_do_not_depend_on_threads(monkeypatch):
    results = []
    for threads in ("1", "2", "3", "8"):
        monkeypatch.setenv("ORIBI_THREADS", threads)
        oribi.utils.set_random_seed(4)
        model = oribi.Sequential(
            [L.LSTM(33, return_sequences=True, dropout=0.2), L.GRU(17, recurrent_dropout=0.1), L.Dense(1)]
        )
        model.compile("adam", "mse")
        model.fit(np.tile(X, (9, 1, 1)), np.ones((27, 1)), batch_size=16, epochs=2, verbose=0)
        results.append([w.tobytes() for w in model.get_weights()])
    assert all(r == results[0] for r in results)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.LSTM(0), "LSTMCell: units must be a positive whole number. Received: units=0"),
        (
            lambda: L.GRU(4)(np.zeros((3, 5), "float32")),
            r"expected inputs of 3 dimensions, \(batch, steps, \*features\)",
        ),
        (lambda: L.RNN(object()), "a cell needs a `call`"),
        (lambda: L.Bidirectional(L.LSTM(3), merge_mode="max"), "merge_mode must be one of"),
        (lambda: L.Bidirectional(L.LSTM(3), backward_layer=L.LSTM(3)), "both layers have go_backwards=False"),
        (lambda: L.TimeDistributed(L.Dense(3))(np.zeros((3, 5), "float32")), "at least 3 dimensions"),
        (lambda: L.ConvLSTM2D(2, 3)(np.zeros((3, 5, 4), "float32")), "expected inputs of 5 dimensions"),
    ],
)
def test_errors_are_in_the_users_terms(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("weights", [None, RNG.random((64, 7))], ids=["plain", "weighted"])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum"])
def test_masked_steps_do_not_count_in_the_loss(keras, reduction, weights):
    tokens = RNG.integers(0, 5, (64, 7))
    y = RNG.normal(size=(64, 7, 1)).astype("float32")

    def build(k):
        layers = [k.layers.Embedding(5, 4, mask_zero=True), k.layers.GRU(5, return_sequences=True), k.layers.Dense(1)]
        return k.Sequential(layers)

    theirs, ours = twins(keras, lambda layers: build(keras if layers is keras.layers else oribi), tokens)
    losses = []
    for model, k in ((theirs, keras), (ours, oribi)):
        model.compile(k.optimizers.SGD(0.01), k.losses.MeanSquaredError(reduction=reduction))
        history = model.fit(tokens, y, sample_weight=weights, batch_size=16, epochs=2, shuffle=False, verbose=0)
        losses.append(history.history["loss"])
    np.testing.assert_allclose(*losses, rtol=2e-4)


def test_masked_steps_do_not_count_in_metrics():
    tokens = RNG.integers(0, 3, (8, 7))
    model = oribi.Sequential([L.Embedding(3, 4, mask_zero=True), L.SimpleRNN(5, return_sequences=True), L.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    y = RNG.normal(size=(8, 7, 1)).astype("float32")
    error = np.abs(model.predict(tokens, verbose=0) - y)[..., 0]
    have = model.evaluate(tokens, y, batch_size=3, verbose=0)[1]
    assert have == pytest.approx(error[tokens != 0].mean(), rel=1e-5)


def test_the_gradients_of_many_steps_keep_their_digits():
    """Each step adds the same to the gradients of kernel and bias: a sum that is carried from step to step would drift."""
    steps, rows = 20_000, 4
    layer = L.SimpleRNN(
        2, activation="linear", kernel_initializer="zeros", recurrent_initializer="zeros", return_sequences=True
    )
    model = oribi.Sequential([layer, L.Lambda(lambda y: ops.multiply(y, 0.1))])
    model.compile(oribi.optimizers.SGD(1.0), lambda y_true, y_pred: ops.sum(y_pred, (1, 2)))
    x = np.full((rows, steps, 3), 0.1, "float32")
    model.fit(x, np.zeros((rows, steps, 2), "float32"), batch_size=rows, epochs=1, verbose=0)
    kernel, _, bias = layer.get_weights()
    tenth = float(np.float32(0.1))
    np.testing.assert_allclose(kernel, -steps * tenth**2, rtol=3e-6)
    np.testing.assert_allclose(bias, -steps * tenth, rtol=2e-6)
