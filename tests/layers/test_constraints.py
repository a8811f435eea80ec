"""Constraints: the functions against Keras', and what training leaves of weights under them."""

import numpy as np
import pytest

import oribi
from oribi import constraints, ops

L = oribi.layers
W = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
CASES = [
    ("NonNeg", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": [0, 1]}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": -1}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 0.6}),
    ("MinMaxNorm", {"min_value": 0.5, "rate": 0.25, "axis": 2}),
]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_functions_agree_with_keras(keras, name, arguments):
    theirs, ours = getattr(keras.constraints, name)(**arguments), getattr(constraints, name)(**arguments)
    for w in (W, np.zeros_like(W), np.array([[[np.nan, np.inf, -np.inf, 1, 2]]], "float32")):
        np.testing.assert_allclose(ours(ops.convert_to_tensor(w)).numpy(), np.asarray(theirs(w)), rtol=1e-6)
    assert constraints.get(keras.constraints.serialize(theirs)).get_config() == ours.get_config()
    assert type(ours).from_config(ours.get_config()).get_config() == ours.get_config()


def test_names_functions_and_what_is_unknown():
    assert isinstance(constraints.get("non_neg"), constraints.NonNeg)
    assert isinstance(constraints.get("MaxNorm"), constraints.MaxNorm)
    assert constraints.get(ops.relu) is ops.relu
    assert constraints.get(None) is None
    with pytest.raises(ValueError, match=r"unknown constraint: 'maxnrm'\. Did you mean"):
        L.Dense(3, kernel_constraint="maxnrm")
    with pytest.raises(TypeError, match="Dense got an unexpected argument 'gamma_constraint'"):
        L.Dense(3, gamma_constraint="non_neg")
    with pytest.raises(TypeError, match="Flatten got an unexpected argument 'kernel_constraint'"):
        L.Flatten(kernel_constraint=None)


def half(w):
    return ops.minimum(w, 0.5)


LAYERS = {
    "Dense": lambda c: (L.Dense(4, kernel_constraint=c, bias_constraint=c), (6,)),
    "Conv2D": lambda c: (L.Conv2D(4, 2, kernel_constraint=c, bias_constraint=c), (5, 5, 2)),
    "DepthwiseConv2D": lambda c: (L.DepthwiseConv2D(2, depthwise_constraint=c, bias_constraint=c), (5, 5, 2)),
    "SeparableConv1D": lambda c: (
        L.SeparableConv1D(3, 2, depthwise_constraint=c, pointwise_constraint=c, bias_constraint=c),
        (5, 2),
    ),
    "BatchNormalization": lambda c: (L.BatchNormalization(beta_constraint=c, gamma_constraint=c), (6,)),
    "PReLU": lambda c: (L.PReLU(alpha_constraint=c), (6,)),
    "Embedding": lambda c: (L.Embedding(9, 4, embeddings_constraint=c), (3,)),
    "GRU": lambda c: (L.GRU(3, kernel_constraint=c, recurrent_constraint=c, bias_constraint=c), (5, 2)),
    "ConvLSTM1D": lambda c: (
        L.ConvLSTM1D(2, 2, kernel_constraint=c, recurrent_constraint=c, bias_constraint=c),
        (2, 5, 2),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_weight_is_brought_back_after_a_step(name):
    layer, shape = LAYERS[name](half)
    model = oribi.Sequential([oribi.Input(shape), layer, L.Flatten(), L.Dense(1)])
    layer.set_weights([np.full(w.shape, 3.0) for w in layer.weights])
    model.compile(oribi.optimizers.SGD(1e-3), "mse")
    x = np.random.default_rng(0).integers(0, 9, (8, *shape))
    model.fit(x, np.ones(8), verbose=0)
    assert layer.trainable_weights
    for weight in layer.trainable_weights:
        assert weight.constraint is half
        assert weight.numpy().max() <= 0.5


def test_attention_hands_its_constraints_to_all_projections():
    layer = L.MultiHeadAttention(2, 3, kernel_constraint="non_neg", bias_constraint="max_norm")
    layer(np.ones((1, 4, 5)), np.ones((1, 4, 5)))
    kinds = [w.constraint for w in layer.trainable_weights]
    assert len(kinds) == 8
    assert [isinstance(k, constraints.NonNeg) for k in kinds] == [True, False] * 4
    config = L.MultiHeadAttention.from_config(layer.get_config()).get_config()
    assert config["kernel_constraint"] == layer.get_config()["kernel_constraint"] is not None


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_under_constraints_agrees_with_keras(keras, optimizer):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 6)), rng.normal(size=(40, 1))
    start = [rng.normal(size=s).astype("float32") for s in ((6, 5), (5,), (5, 1), (1,))]
    trained = []
    for library in (keras, oribi):
        layers, bounds = library.layers, library.constraints
        model = library.Sequential(
            [
                library.Input((6,)),
                layers.Dense(5, activation="tanh", kernel_constraint=bounds.MaxNorm(1.0), bias_constraint="non_neg"),
                layers.Dense(1, kernel_constraint=bounds.UnitNorm(axis=0)),
            ]
        )
        model.set_weights(start)
        model.compile(getattr(library.optimizers, {"sgd": "SGD", "adam": "Adam"}[optimizer])(0.1), "mse")
        model.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0)
        trained.append(model.get_weights())
    for theirs, ours in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    assert np.linalg.norm(trained[1][0], axis=0).max() <= 1.0001


def test_configs_go_both_ways(keras):
    ours = L.Dense(3, kernel_constraint=constraints.MaxNorm(3, axis=0), name="d")
    theirs = keras.layers.Dense(3, kernel_constraint=keras.constraints.MaxNorm(3, axis=0), name="d")
    for config in (ours.get_config(), theirs.get_config()):
        config.pop("dtype")
        for layer in (keras.layers.Dense.from_config(dict(config)), L.Dense.from_config(dict(config))):
            assert layer.kernel_constraint.get_config() == {"max_value": 3, "axis": 0}
            assert layer.bias_constraint is None
