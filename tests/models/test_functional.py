"""The functional API: graphs of layers and ops, several inputs and outputs, against the installed Keras."""

import numpy as np
import pytest

import oribi
from oribi import Input, Model, layers, ops

RNG = np.random.default_rng(2)
A, B = RNG.normal(size=(50, 3)).astype("float32"), RNG.normal(size=(50, 2)).astype("float32")
PRICE, KIND = RNG.normal(size=(50, 1)).astype("float32"), RNG.integers(0, 3, 50)


def branched(api):
    """Two inputs, a shared layer, ops, two outputs."""
    a, b = api.Input((3,), name="a"), api.Input((2,), name="b")
    shared = api.layers.Dense(4, activation="tanh", name="shared")
    hidden = api.layers.Dense(3, activation="relu", name="hidden")(a)
    both = api.layers.Concatenate(name="both")([shared(hidden), shared(hidden * 2.0 + 1.0), b])
    price = api.layers.Dense(1, name="price")(both)
    kind = api.layers.Dense(3, name="kind")(api.ops.square(both))
    return api.Model([a, b], [price, kind])


def twins(keras):
    theirs, ours = branched(keras), branched(oribi)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    return theirs, ours


def test_the_same_numbers_as_keras(keras):
    theirs, ours = twins(keras)
    for want, have in zip(theirs([A, B]), ours([A, B]), strict=True):
        np.testing.assert_allclose(have.numpy(), np.asarray(want), rtol=1e-5, atol=1e-6)
    for want, have in zip(theirs.predict([A, B], verbose=0), ours.predict([A, B], verbose=0), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("by_name", [False, True])
def test_training_with_several_outputs_is_keras_training(keras, by_name):
    theirs, ours = twins(keras)
    x = {"a": A, "b": B} if by_name else [A, B]
    y = {"price": PRICE, "kind": KIND} if by_name else [PRICE, KIND]
    histories = []
    for api, model in ((keras, theirs), (oribi, ours)):
        loss = [api.losses.MeanSquaredError(), api.losses.SparseCategoricalCrossentropy(from_logits=True)]
        metrics = [["mae"], ["accuracy"]]
        weights = [0.5, 2.0]
        if by_name:
            loss, metrics, weights = ({"price": v[0], "kind": v[1]} for v in (loss, metrics, weights))
        model.compile(api.optimizers.SGD(0.05), loss, loss_weights=weights, metrics=metrics)
        histories.append(model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0).history)
    want, have = histories
    assert set(have) == set(want)
    for name in want:
        np.testing.assert_allclose(have[name], want[name], rtol=2e-4, atol=1e-5, err_msg=name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(
        ours.evaluate(x, y, verbose=0, return_dict=True)["loss"],
        theirs.evaluate(x, y, verbose=0, return_dict=True)["loss"],
        rtol=1e-3,
    )


def test_dict_outputs_weights_and_validation():
    a = Input((3,), name="a")
    model = Model({"a": a}, {"one": layers.Dense(1)(a), "two": layers.Dense(2)(a)})
    model.compile("adam", {"one": "mse", "two": "mae"}, loss_weights={"two": 3})
    y = {"one": PRICE, "two": B}
    kept = model.fit({"a": A}, y, validation_data=({"a": A}, y), sample_weight={"one": np.ones(50)}, verbose=0).history
    assert set(kept) == {f"{v}{n}" for v in ("", "val_") for n in ("loss", "one_loss", "two_loss")}
    predicted = model.predict({"a": A}, verbose=0)
    assert set(predicted) == {"one", "two"} and predicted["two"].shape == (50, 2)
    assert kept["loss"][0] == pytest.approx(kept["one_loss"][0] + 3 * kept["two_loss"][0], rel=1e-5)


def test_nested_models_and_models_in_a_sequential():
    x = Input((8, 8, 1))
    encoder = Model(x, layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x)), name="encoder")
    model = Model(x, layers.Dense(2)(encoder(x)))
    assert [layer.name for layer in model.layers][1] == "encoder"
    assert len(model.weights) == 4 and encoder.output_shape == (None, 144)
    chained = oribi.Sequential([encoder, layers.Dense(2)])
    data = RNG.normal(size=(20, 8, 8, 1))
    for made in (model, chained):
        made.compile("adam", "mse")
        losses = made.fit(data, RNG.normal(size=(20, 2)), epochs=5, verbose=0).history["loss"]
        assert losses[-1] < losses[0]
    assert encoder.get_layer(index=1) is encoder.layers[1]


def test_a_residual_net_with_batch_normalization_trains():
    x = Input((16, 12, 3))
    y = layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
    for stride in (1, 2):
        short = layers.Conv2D(8, 1, stride)(y) if stride > 1 else y
        inner = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, stride, padding="same")(y)))
        inner = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same")(inner))
        y = ops.relu(inner + short)
    model = Model(x, layers.Dense(3)(layers.GlobalAveragePooling2D()(y)))
    model.compile("adam", oribi.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    data, labels = RNG.normal(size=(48, 16, 12, 3)), RNG.integers(0, 3, 48)
    losses = model.fit(data, labels, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and np.isfinite(model.predict(data, verbose=0)).all()


def test_a_summary_lists_inputs_and_layers(capsys):
    branched(oribi).summary()
    text = capsys.readouterr().out
    assert "a (InputLayer)" in text and "shared (Dense)" in text and "(None, 3)" in text


def symbolic():
    return layers.Dense(2)(Input((3,), name="a"))


WRONG = [
    (lambda: Model(Input((3,)), layers.Dense(2)(Input((3,), name="lost"))), "depend on the input 'lost'"),
    (lambda: Model(Input((3,)), np.ones(3)), "outputs must be symbolic tensors"),
    (lambda: np.asarray(symbolic()), "has no value that NumPy could use"),
    (lambda: branched(oribi)([A]), r"expected 2 inputs \['a', 'b'\], got 1"),
    (lambda: branched(oribi)([A, A]), r"input 'b': expected shape \(None, 2\), got \(50, 3\)"),
    (lambda: branched(oribi)({"a": A}), r"inputs \['b'\] are missing"),
    (lambda: layers.Concatenate(axis=1)([Input((3, 2)), Input((3, 4))]), "inputs must agree in all axes but axis 1"),
    (lambda: _fit([PRICE]), r"y has 1 arrays, the model has 2 outputs \['price', 'kind'\]"),
    (lambda: _fit({"price": PRICE}), r"y has no entry for the outputs \['kind'\]"),
    (lambda: _fit([PRICE, KIND[:9]]), "x has 50 rows and y has 9"),
    (lambda: _fit([PRICE, KIND], loss=["mse"]), "loss needs an entry for each of the outputs"),
    (lambda: _fit([PRICE, KIND], loss={"prise": "mse"}), r"loss names \['prise'\], the model's outputs are"),
]


def _fit(y, loss="mse"):
    model = branched(oribi)
    model.compile("sgd", loss)
    model.fit([A, B], y, verbose=0)


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=range(len(WRONG)))
def test_errors_are_in_the_users_terms(wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wrong()


def test_symbolic_tensors_are_tensors_that_know_their_shape():
    x = Input((3, None), name="x")
    assert ops.is_tensor(x) and ops.convert_to_tensor(x) is x and ops.shape(x) == (None, 3, None)
    assert (x[:, 1:] + 1).shape == (None, 2, None) and ops.mean(x, axis=-1).shape == (None, 3)
    assert "name=x" in repr(x)
