"""Normalization, merging, resizing and other layers against the installed Keras; masks; noise by its statistics."""

import numpy as np
import pytest

import oribi

from .agreement import layers_agree

L = oribi.layers

CASES = [
    *(
        ("BatchNormalization", a, s, t)
        for a in ({}, {"center": False})
        for s in ((6, 5), (3, 4, 5, 2))
        for t in (True, False)
    ),
    ("BatchNormalization", {"axis": 1, "momentum": 0.5, "scale": False}, (3, 4, 5), True),
    ("LayerNormalization", {}, (3, 7), None),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4), None),
    ("LayerNormalization", {"axis": 1, "scale": False}, (2, 3, 4), None),
    ("GroupNormalization", {"groups": 2}, (2, 4, 3, 6), None),
    ("GroupNormalization", {"groups": -1, "center": False}, (2, 4, 6), None),
    ("GroupNormalization", {"groups": 3, "axis": 1}, (2, 6, 4), None),
    ("RMSNormalization", {}, (3, 7), None),
    ("UnitNormalization", {}, (3, 7), None),
    ("UnitNormalization", {"axis": [1, 2]}, (2, 3, 4), None),
    ("Identity", {}, (3, 7), None),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (3, 7), None),
    ("LeakyReLU", {}, (3, 7), None),
    ("ELU", {"alpha": 0.7}, (3, 7), None),
    ("PReLU", {}, (3, 4, 2), None),
    ("PReLU", {"shared_axes": [1]}, (3, 4, 2), None),
    ("Permute", {"dims": (2, 1)}, (2, 3, 4), None),
    ("RepeatVector", {"n": 3}, (2, 4), None),
    ("UpSampling1D", {"size": 3}, (2, 3, 4), None),
    ("UpSampling2D", {"size": (2, 3)}, (2, 3, 4, 2), None),
    ("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, (2, 3, 4, 2), None),
    ("UpSampling2D", {"size": 3, "interpolation": "bicubic", "data_format": "channels_first"}, (2, 1, 5, 4), None),
    ("UpSampling3D", {"size": 2}, (1, 2, 3, 2, 2), None),
    ("ZeroPadding1D", {"padding": (1, 2)}, (2, 3, 4), None),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 3))}, (2, 3, 4, 2), None),
    ("ZeroPadding2D", {"padding": (1, 2), "data_format": "channels_first"}, (2, 3, 4, 5), None),
    ("ZeroPadding3D", {"padding": 1}, (1, 2, 3, 2, 2), None),
    ("Cropping1D", {"cropping": (1, 1)}, (2, 5, 4), None),
    ("Cropping2D", {"cropping": ((1, 0), (1, 2))}, (2, 5, 6, 2), None),
    ("Cropping3D", {"cropping": (1, 0, 1)}, (1, 4, 3, 5, 2), None),
    ("Masking", {"mask_value": 0.5}, (2, 3, 4), None),
    *((name, {"rate": 0.4}, (2, 3, 4), None) for name in ("GaussianDropout", "AlphaDropout", "SpatialDropout1D")),
    ("SpatialDropout2D", {"rate": 0.4}, (2, 3, 4, 5), None),
    ("SpatialDropout3D", {"rate": 0.4}, (2, 3, 4, 5, 2), None),
    ("GaussianNoise", {"stddev": 0.4}, (2, 3), None),
]


@pytest.mark.parametrize(("name", "arguments", "shape", "training"), CASES, ids=lambda v: str(v).replace(" ", ""))
def test_agrees_with_keras(keras, name, arguments, shape, training):
    layers_agree(keras, name, arguments, shape, training=training, tolerance=5e-5)


MERGES = [
    *((name, {}, [(2, 3), (2, 3), (2, 3)]) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")),
    ("Subtract", {}, [(2, 3), (2, 3)]),
    ("Add", {}, [(2, 3, 4), (2, 1, 4)]),
    ("Concatenate", {}, [(2, 3), (2, 5)]),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 1, 4)]),
    ("Dot", {"axes": 1}, [(2, 3), (2, 3)]),
    ("Dot", {"axes": (2, 1), "normalize": True}, [(2, 3, 4), (2, 4, 5)]),
    ("Dot", {"axes": -1}, [(2, 3, 4), (2, 5, 4)]),
]


@pytest.mark.parametrize(("name", "arguments", "shapes"), MERGES, ids=lambda v: str(v).replace(" ", ""))
def test_merging_agrees_with_keras(keras, name, arguments, shapes):
    rng = np.random.default_rng(1)
    inputs = [rng.normal(size=s).astype("float32") for s in shapes]
    want = np.asarray(getattr(keras.layers, name)(**arguments)(inputs))
    layer = getattr(L, name)(**arguments)
    np.testing.assert_allclose(layer(inputs).numpy(), want, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape([(None, *s[1:]) for s in shapes]) == (None, *want.shape[1:])


def test_an_embedding_agrees_and_says_what_is_out_of_range(keras):
    table = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    numbers = np.array([[1, 2, 0], [6, 6, 3]])
    layers = keras.layers.Embedding(7, 3), L.Embedding(7, 3, name="words")
    for layer in layers:
        layer(numbers)
        layer.set_weights([table])
    np.testing.assert_array_equal(layers[1](numbers).numpy(), np.asarray(layers[0](numbers)))
    message = r"Embedding 'words': inputs must be whole numbers from 0 to 6 \(input_dim=7\)"
    for wrong in (7, -1, 2**31):
        with pytest.raises(ValueError, match=message):
            layers[1](np.array([[wrong]]))
    model = oribi.Sequential([layers[1], L.Flatten(), L.Dense(1)])
    model.compile("sgd", "mse")
    before = model.predict(numbers, verbose=0)
    with pytest.raises(ValueError, match=message):
        model.fit(np.array([[1, 2, 9]] * 4), np.zeros(4), verbose=0)
    with pytest.raises(ValueError, match=message):
        model.predict(np.array([[1, 2, -3]]), verbose=0)
    assert before.shape == (2, 1)
    model.fit(numbers, np.zeros(2), verbose=0)


def test_only_the_rows_of_an_embedding_that_are_used_change_under_sgd():
    layer = L.Embedding(50, 4)
    model = oribi.Sequential([layer, L.GlobalAveragePooling1D(), L.Dense(1)])
    model.compile("sgd", "mse")
    x = np.array([[3, 3, 7]] * 8)
    model(x)
    before = layer.embeddings.numpy()
    model.fit(x, np.ones(8), verbose=0)
    changed = np.flatnonzero((layer.embeddings.numpy() != before).any(1))
    assert changed.tolist() == [3, 7]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("SGD", {"learning_rate": 0.5}),
        ("SGD", {"learning_rate": 0.5, "momentum": 0.9, "nesterov": True}),
        ("SGD", {"learning_rate": 0.5, "clipvalue": 0.01}),
        ("SGD", {"learning_rate": 0.5, "global_clipnorm": 0.05}),
        ("SGD", {"learning_rate": 0.5, "weight_decay": 0.01}),
        ("Adam", {"learning_rate": 0.1}),
        ("RMSprop", {"learning_rate": 0.1, "centered": True}),
    ],
)
def test_an_embedding_learns_as_keras_teaches_it(keras, name, arguments):
    """Few rows of a large table, some of them twice in a batch."""
    table = np.random.default_rng(0).normal(size=(300, 5)).astype("float32")
    head = np.random.default_rng(1).normal(size=(5, 1)).astype("float32")
    numbers = np.random.default_rng(2).integers(0, 40, (24, 6))
    targets = np.random.default_rng(3).normal(size=(24, 1))
    trained = []
    for library in (keras, oribi):
        layers = library.layers
        model = library.Sequential([layers.Embedding(300, 5), layers.GlobalAveragePooling1D(), layers.Dense(1)])
        model.build((None, 6))
        model.set_weights([table, head, np.zeros(1)])
        model.compile(getattr(library.optimizers, name)(**arguments), "mse")
        model.fit(numbers, targets, batch_size=8, epochs=3, shuffle=False, verbose=0)
        trained.append(model.get_weights())
    for theirs, ours in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)
    assert not np.array_equal(trained[1][0], table)


@pytest.mark.parametrize(
    "alias", ["MaxPool2D", "AvgPool1D", "GlobalMaxPool3D", "GlobalAvgPool2D", "Convolution1DTranspose"]
)
def test_other_names_name_the_same_layers_as_in_keras(keras, alias):
    assert getattr(L, alias).__name__ == getattr(keras.layers, alias).__name__


def test_masks_travel_and_are_told_when_they_are_lost():
    x = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    masked = L.Embedding(5, 3, mask_zero=True)(x)
    assert masked.mask.numpy().tolist() == [[True, True, False, False], [True, False, False, False]]
    kept = L.Dropout(0.1)(L.Dense(2)(masked))
    assert kept.mask.numpy().tolist() == masked.mask.numpy().tolist()
    both = L.Add()([kept, L.Dense(2)(masked)])
    assert both.mask.numpy().tolist() == masked.mask.numpy().tolist()
    with pytest.warns(UserWarning, match="does not support masks"):
        assert L.Conv1D(2, 2)(kept).mask is None


def test_noise_has_the_mean_and_variance_that_it_says():
    oribi.utils.set_random_seed(0)
    x = np.ones((200, 500), "float32")
    for layer, mean, deviation in (
        (L.GaussianNoise(0.5), 1, 0.5),
        (L.GaussianDropout(0.2), 1, 0.5),
        (L.Dropout(0.2), 1, 0.5),
    ):
        noisy = layer(x, training=True).numpy()
        assert noisy.mean() == pytest.approx(mean, abs=0.01) and noisy.std() == pytest.approx(deviation, abs=0.01)
    normal = np.random.default_rng(0).normal(size=(400, 500)).astype("float32")
    kept = L.AlphaDropout(0.3)(normal, training=True).numpy()
    assert kept.mean() == pytest.approx(0, abs=0.02) and kept.std() == pytest.approx(1, abs=0.02)
    maps = L.SpatialDropout2D(0.5)(np.ones((4, 3, 3, 50), "float32"), training=True).numpy()
    assert (maps == maps[:, :1, :1]).all() and set(np.unique(maps)) == {0.0, 2.0}


def test_a_frozen_batch_normalization_keeps_its_averages():
    layer = L.BatchNormalization()
    model = oribi.Sequential([L.Dense(3), layer])
    model.compile("sgd", "mse")
    x, y = np.random.default_rng(0).normal(size=(20, 2)), np.zeros((20, 3))
    model.fit(x, y, verbose=0)
    assert not np.allclose(layer.moving_mean.numpy(), 0)
    layer.trainable = False
    before = layer.moving_mean.numpy()
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), before)


def test_names_that_nobody_gave_are_keras_names(keras):
    for name in ("Conv2D", "MaxPooling2D", "Conv2DTranspose", "GlobalAveragePooling1D", "ReLU", "BatchNormalization"):
        arguments = {"filters": 1, "kernel_size": 1} if name.startswith("Conv") else {}
        ours, theirs = (getattr(api.layers, name)(**arguments).name for api in (oribi, keras))
        assert ours.rstrip("_0123456789") == theirs.rstrip("_0123456789")
