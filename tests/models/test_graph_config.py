"""Configs of functional models: there and back, through JSON, and into the installed Keras."""

import json

import numpy as np
import pytest

import oribi
from oribi import layers as L
from oribi import ops

RNG = np.random.default_rng(2)


def dense():
    x = oribi.Input((4,), name="x")
    return oribi.Model(x, L.Dense(3, name="out")(L.Dense(5, activation="relu", name="hidden")(x)), name="net")


def shared():
    a, b = oribi.Input((4,)), oribi.Input((4,))
    layer = L.Dense(3)
    return oribi.Model([a, b], {"sum": L.Add()([layer(a), layer(b)]), "first": layer(a)})


def of_ops():
    x = oribi.Input((6, 4))
    y = ops.relu(x[:, 1:-1, ::2] * 2 - 1) + np.array([0.5, 2.0], "float32")
    return oribi.Model(x, [1 / (2 + ops.exp(ops.transpose(y, (0, 2, 1)))), x[..., 0]])


def nested():
    x = oribi.Input((4,))
    inner = shared()
    both = inner([x, 3 - x])
    return oribi.Model(x, both["sum"] + both["first"])


def recurrent():
    words = oribi.Input((7,), dtype="int32")
    x = L.Embedding(10, 4, mask_zero=True)(words)
    sequence, h, c = L.LSTM(3, return_sequences=True, return_state=True)(x)
    y = L.LSTM(3)(sequence, initial_state=[h, c])
    return oribi.Model(words, L.MultiHeadAttention(2, 2)(sequence, sequence) + L.RepeatVector(7)(y))


MODELS = {"dense": dense, "shared": shared, "ops": of_ops, "nested": nested, "recurrent": recurrent}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_from_its_config(name):
    model = MODELS[name]()
    config = json.loads(json.dumps(model.get_config()))
    again = oribi.Model.from_config(config)
    assert type(again) is type(model) and json.loads(json.dumps(again.get_config())) == config
    again.set_weights(model.get_weights())
    shapes = [tuple(n or 7 for n in t.shape[1:]) for t in model.inputs]
    data = [RNG.integers(0, 10, (5, *s)) if name == "recurrent" else RNG.random((5, *s), "float32") for s in shapes]
    have, want = (m(data if len(data) > 1 else data[0]) for m in (again, model))
    for h, w in zip(
        *(list(v.values()) if isinstance(v, dict) else v if isinstance(v, list) else [v] for v in (have, want)),
        strict=False,
    ):
        np.testing.assert_array_equal(h.numpy(), w.numpy())


@pytest.mark.parametrize("name", ["dense", "shared"])
def test_the_form_is_that_of_keras(keras, name):
    """The same entries, calls and places as Keras writes for its own model."""

    def build(k):
        if name == "dense":
            x = k.Input((4,), name="x")
            return k.Model(x, k.layers.Dense(3, name="out")(k.layers.Dense(5, name="hidden")(x)), name="net")
        a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
        layer = k.layers.Dense(3, name="both")
        return k.Model([a, b], k.layers.Add(name="add")([layer(a), layer(b)]), name="net")

    theirs, ours = build(keras).get_config(), build(oribi).get_config()
    assert [e["name"] for e in ours["layers"]] == [e["name"] for e in theirs["layers"]]
    flat = lambda places: np.array(places, dtype=object).reshape(-1, 3).tolist()
    assert flat(ours["input_layers"]) == flat(theirs["input_layers"])
    assert flat(ours["output_layers"]) == flat(theirs["output_layers"])

    def histories(value):
        if isinstance(value, dict):
            if value.get("class_name") == "__keras_tensor__":
                yield tuple(value["config"]["keras_history"])
            for v in value.values():
                yield from histories(v)
        elif isinstance(value, list | tuple):
            for v in value:
                yield from histories(v)

    for mine, other in zip(ours["layers"], theirs["layers"], strict=True):
        assert [list(histories(n)) for n in mine["inbound_nodes"]] == [
            list(histories(n)) for n in other["inbound_nodes"]
        ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["layers"].pop(1), "'out' needs a tensor that nothing makes"),
        (lambda c: c["layers"][1].update(class_name="Dens"), "unknown layer: 'Dens'. Did you mean"),
        (lambda c: c["layers"][1].update(module="oribi.ops", class_name="system"), "does not have: 'system'"),
    ],
    ids=["missing", "unknown", "foreign"],
)
def test_a_config_that_does_not_fit_is_told(change, message):
    config = dense().get_config()
    change(config)
    with pytest.raises(ValueError, match=message):
        oribi.Model.from_config(config)


def test_an_input_may_say_its_whole_shape():
    assert oribi.Input(batch_shape=(4, None, 3)).shape == oribi.Input((None, 3), batch_size=4).shape == (4, None, 3)
    for given in ({}, {"shape": (3,), "batch_shape": (2, 3)}, {"batch_size": 2, "batch_shape": (2, 3)}):
        with pytest.raises(ValueError, match="Input needs a shape, or a batch_shape and no batch_size"):
            oribi.Input(**given)
