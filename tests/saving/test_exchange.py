"""Files to and from the installed Keras: every type of layer, both ways, with the same outputs; training goes on as it would."""

import numpy as np
import pytest

import oribi
from oribi import saving

SEQUENCE, IMAGE, VOLUME = (4, 6, 3), (2, 8, 8, 3), (2, 5, 5, 5, 2)
LAYERS = [
    ("Identity", {}, [(2, 5)]),
    ("ActivityRegularization", {"l1": 0.1}, [(2, 5)]),
    ("Dense", {"units": 3, "activation": "relu", "kernel_regularizer": "l2"}, [(2, 5)]),
    ("Flatten", {}, [IMAGE]),
    ("Reshape", {"target_shape": (4, 48)}, [IMAGE]),
    ("Permute", {"dims": (2, 1)}, [SEQUENCE]),
    ("RepeatVector", {"n": 3}, [(2, 5)]),
    ("Rescaling", {"scale": 0.5, "offset": 1.0}, [(2, 5)]),
    ("Activation", {"activation": "gelu"}, [(2, 5)]),
    ("ReLU", {"max_value": 0.5, "negative_slope": 0.1}, [(2, 5)]),
    ("LeakyReLU", {"negative_slope": 0.2}, [(2, 5)]),
    ("PReLU", {"shared_axes": [1]}, [SEQUENCE]),
    ("ELU", {"alpha": 0.5}, [(2, 5)]),
    ("Softmax", {}, [(2, 5)]),
    ("Dropout", {"rate": 0.3, "seed": 1}, [(2, 5)]),
    ("SpatialDropout1D", {"rate": 0.3}, [SEQUENCE]),
    ("SpatialDropout2D", {"rate": 0.3}, [IMAGE]),
    ("SpatialDropout3D", {"rate": 0.3}, [VOLUME]),
    ("GaussianDropout", {"rate": 0.3}, [(2, 5)]),
    ("GaussianNoise", {"stddev": 0.3}, [(2, 5)]),
    ("AlphaDropout", {"rate": 0.3}, [(2, 5)]),
    ("Conv1D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"}, [SEQUENCE]),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}, [IMAGE]),
    ("Conv3D", {"filters": 4, "kernel_size": 2}, [VOLUME]),
    ("Conv1DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}, [SEQUENCE]),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, [IMAGE]),
    ("Conv3DTranspose", {"filters": 4, "kernel_size": 2, "use_bias": False}, [VOLUME]),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, [SEQUENCE]),
    ("DepthwiseConv2D", {"kernel_size": 3}, [IMAGE]),
    ("SeparableConv1D", {"filters": 4, "kernel_size": 3}, [SEQUENCE]),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "depth_multiplier": 2}, [IMAGE]),
    *((f"{kind}Pooling1D", {"pool_size": 2}, [SEQUENCE]) for kind in ("Max", "Average")),
    *((f"{kind}Pooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, [IMAGE]) for kind in ("Max", "Average")),
    *((f"{kind}Pooling3D", {"pool_size": 2}, [VOLUME]) for kind in ("Max", "Average")),
    *((f"Global{kind}Pooling1D", {"keepdims": True}, [SEQUENCE]) for kind in ("Max", "Average")),
    *((f"Global{kind}Pooling2D", {}, [IMAGE]) for kind in ("Max", "Average")),
    *((f"Global{kind}Pooling3D", {}, [VOLUME]) for kind in ("Max", "Average")),
    ("UpSampling1D", {"size": 2}, [SEQUENCE]),
    ("UpSampling2D", {"size": (2, 3)}, [IMAGE]),
    ("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, [IMAGE]),
    ("UpSampling3D", {"size": 2}, [VOLUME]),
    ("ZeroPadding1D", {"padding": 2}, [SEQUENCE]),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 1))}, [IMAGE]),
    ("ZeroPadding3D", {"padding": 1}, [VOLUME]),
    ("Cropping1D", {"cropping": (1, 2)}, [SEQUENCE]),
    ("Cropping2D", {"cropping": 1}, [IMAGE]),
    ("Cropping3D", {"cropping": 1}, [VOLUME]),
    ("BatchNormalization", {"momentum": 0.9}, [IMAGE]),
    ("LayerNormalization", {"axis": -1}, [SEQUENCE]),
    ("GroupNormalization", {"groups": 3}, [IMAGE]),
    ("UnitNormalization", {}, [SEQUENCE]),
    ("RMSNormalization", {}, [SEQUENCE]),
    ("Embedding", {"input_dim": 7, "output_dim": 3, "mask_zero": True}, [(4, 6)]),
    ("Masking", {"mask_value": 0.5}, [SEQUENCE]),
    ("SimpleRNN", {"units": 4, "return_sequences": True}, [SEQUENCE]),
    ("LSTM", {"units": 4, "dropout": 0.2, "recurrent_dropout": 0.1}, [SEQUENCE]),
    ("GRU", {"units": 4, "go_backwards": True, "reset_after": False}, [SEQUENCE]),
    ("ConvLSTM1D", {"filters": 3, "kernel_size": 3}, [(2, 3, 6, 2)]),
    ("ConvLSTM2D", {"filters": 3, "kernel_size": 3, "padding": "same"}, [(2, 3, 6, 6, 2)]),
    ("ConvLSTM3D", {"filters": 2, "kernel_size": 2}, [(2, 3, 4, 4, 4, 2)]),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4, "dropout": 0.1}, [SEQUENCE, (4, 5, 3)]),
    ("GroupQueryAttention", {"head_dim": 4, "num_query_heads": 4, "num_key_value_heads": 2}, [SEQUENCE, (4, 5, 3)]),
]
MERGING = [
    *((name, {}, [(2, 5), (2, 5)]) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    ("Concatenate", {"axis": 1}, [(2, 5), (2, 3)]),
    ("Dot", {"axes": 1, "normalize": True}, [(2, 5), (2, 5)]),
    ("Attention", {"use_scale": True}, [SEQUENCE, (4, 5, 3)]),
    ("AdditiveAttention", {}, [SEQUENCE, (4, 5, 3)]),
]


def wrapped(lib, which):
    """Layers around layers."""
    la = lib.layers
    return {
        "bidirectional": lambda: la.Bidirectional(la.LSTM(3, return_sequences=True), merge_mode="sum"),
        "bidirectional_two": lambda: la.Bidirectional(la.GRU(3), backward_layer=la.GRU(3, go_backwards=True)),
        "time_distributed": lambda: la.TimeDistributed(la.Dense(2, activation="tanh")),
        "rnn": lambda: la.RNN(la.GRUCell(3), return_sequences=True),
        "stacked": lambda: la.RNN([la.LSTMCell(3), la.SimpleRNNCell(2)]),
        "nested": lambda: lib.Sequential([la.Input(SEQUENCE[1:]), la.Conv1D(3, 2), la.Dense(2)]),
    }[which]()


def data(name, shapes):
    rng = np.random.default_rng(3)
    if name == "Embedding":
        return [rng.integers(0, 7, shapes[0]).astype("int32")]
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def model_of(lib, layer, xs, together):
    inputs = [lib.Input(x.shape[1:], dtype=x.dtype.name) for x in xs]
    return lib.Model(inputs if len(inputs) > 1 else inputs[0], layer(inputs) if together else layer(*inputs))


def both_ways(keras, make, name, shapes, together, folder):
    xs = data(name, shapes)
    rng = np.random.default_rng(5)
    for one, other, load in (
        (keras, oribi, saving.load_model),
        (oribi, keras, keras.saving.load_model),
    ):
        model = model_of(one, make(one), xs, together)
        model.set_weights([rng.uniform(0.1, 1, w.shape).astype("float32") for w in model.weights])
        path = folder / f"{one.__name__}.keras"
        model.save(path)
        again = load(path)
        x = xs if len(xs) > 1 else xs[0]
        want, have = (np.asarray(m.predict(x, verbose=0)) for m in (model, again))
        np.testing.assert_allclose(have, want, rtol=3e-5, atol=3e-5)
        names = [w.path.split("/", 1)[-1].split("/")[-1] for w in model.weights]
        assert [w.path.split("/")[-1] for w in again.weights] == names
        assert other is not one


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "name, arguments, shapes", [*LAYERS, *MERGING], ids=[f"{i}-{r[0]}" for i, r in enumerate((*LAYERS, *MERGING))]
)
def test_every_layer_goes_both_ways(keras, tmp_path, name, arguments, shapes):
    together = any(name == row[0] for row in MERGING)
    both_ways(keras, lambda lib: getattr(lib.layers, name)(**arguments), name, shapes, together, tmp_path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "which", ["bidirectional", "bidirectional_two", "time_distributed", "rnn", "stacked", "nested"]
)
def test_layers_around_layers_go_both_ways(keras, tmp_path, which):
    both_ways(keras, lambda lib: wrapped(lib, which), which, [SEQUENCE], False, tmp_path)


def test_the_table_has_every_layer():
    tested = {row[0] for row in (*LAYERS, *MERGING)}
    tested |= {"Bidirectional", "TimeDistributed", "RNN", "StackedRNNCells", "LSTMCell", "GRUCell", "SimpleRNNCell"}
    public = {kind.__name__ for n in oribi.layers.__all__ if isinstance(kind := getattr(oribi.layers, n), type)}
    assert public - tested == {"InputLayer", "Lambda", "Layer"}


def trained(lib, optimizer):
    """A small classifier after some steps, and what it was trained on."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(48, 5)).astype("float32"), rng.integers(0, 3, 48)
    la = lib.layers
    model = lib.Sequential([la.Input((5,)), la.Dense(8, activation="tanh"), la.BatchNormalization(), la.Dense(3)])
    model.set_weights([rng.normal(size=w.shape).astype("float32") ** 2 for w in model.weights])
    model.compile(optimizer(lib), lib.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    return model, x, y


OPTIMIZERS = {
    "adam": lambda lib: lib.optimizers.Adam(0.01, amsgrad=True, clipnorm=1.0),
    "adamw": lambda lib: lib.optimizers.AdamW(0.01, weight_decay=0.1),
    "sgd": lambda lib: lib.optimizers.SGD(0.05),
    "momentum": lambda lib: lib.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda lib: lib.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "schedule": lambda lib: lib.optimizers.Adam(
        lib.optimizers.schedules.ExponentialDecay(0.02, 3, 0.5, staircase=True)
    ),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("way", ["from Keras", "to Keras"])
def test_training_goes_on_with_the_same_numbers(keras, tmp_path, optimizer, way):
    one, load = (keras, saving.load_model) if way == "from Keras" else (oribi, keras.saving.load_model)
    model, x, y = trained(one, OPTIMIZERS[optimizer])
    model.save(tmp_path / "m.keras")
    again = load(tmp_path / "m.keras")
    logs = [m.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0).history for m in (model, again)]
    for name in ("loss", "accuracy"):
        np.testing.assert_allclose(logs[1][name], logs[0][name], rtol=2e-4)
    for have, want in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(have, want, rtol=2e-3, atol=2e-4)
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations) == 15


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ending", ["weights.h5", "h5"])
def test_weights_of_keras_are_loaded_alone(keras, tmp_path, ending):
    model, x, _ = trained(keras, OPTIMIZERS["adam"])
    path = tmp_path / f"m.{ending}"
    model.save_weights(path) if ending == "weights.h5" else model.save(path)
    fresh, *_ = trained(oribi, OPTIMIZERS["adam"])
    fresh.load_weights(path)
    np.testing.assert_allclose(fresh.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_json_goes_both_ways(keras):
    for one, load in ((keras, saving.model_from_json), (oribi, keras.models.model_from_json)):
        model, *_ = trained(one, OPTIMIZERS["adam"])
        again = load(model.to_json())
        assert [tuple(w.shape) for w in again.weights] == [tuple(w.shape) for w in model.weights]
        assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


def with_ops(lib):
    """A functional model of ops between layers, as residual blocks and masks are written."""
    ops, la = lib.ops, lib.layers
    x = lib.Input((6, 4))
    y = la.Dense(4)(x)
    y = ops.relu(y) + x * 2 - 1.0
    y = ops.concatenate([ops.mean(y, axis=1, keepdims=True) + y, ops.abs(x)], axis=-1)
    kernel = np.linspace(-1, 1, 3 * 8 * 8, dtype="float32").reshape(3, 8, 8)
    y = ops.average_pool(ops.conv(y, kernel, padding="same"), 2, strides=1, padding="same") + ops.stop_gradient(y)
    y = ops.where(y > 0.5, y, ops.zeros_like(y)) / ops.sqrt(ops.square(y) + 1.0)
    y = y[:, 1:5, ::2] ** 2
    y = ops.reshape(ops.transpose(y, (0, 2, 1)), (-1, 16))
    y = ops.stack([ops.softmax(y), ops.clip(y, 0.1, 0.4), ops.cumsum(y, axis=-1)], axis=1)
    scores, best = ops.top_k(ops.max(y, axis=1), 3)
    return lib.Model(x, [la.Dense(2)(ops.expand_dims(scores, -1)), ops.cast(ops.take(best, [2, 0], axis=1), "float32")])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_ops_in_functional_models_go_both_ways(keras, tmp_path):
    x = np.random.default_rng(0).normal(size=(5, 6, 4)).astype("float32")
    for one, load in ((keras, saving.load_model), (oribi, keras.saving.load_model), (oribi, saving.load_model)):
        model = with_ops(one)
        model.save(tmp_path / "m.keras")
        again = load(tmp_path / "m.keras")
        for want, have in zip(model.predict(x, verbose=0), again.predict(x, verbose=0), strict=True):
            assert np.ptp(want) > 0
            np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-5)


def doubled(x):
    return x * 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_functions_with_names_go_both_ways(keras, tmp_path):
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    for one, load in ((keras, saving.load_model), (oribi, keras.saving.load_model)):
        la = one.layers
        model = one.Sequential([la.Input((4,)), la.Lambda(doubled), la.Dense(2)])
        model.save(tmp_path / "m.keras")
        with pytest.raises((ValueError, TypeError)):
            load(tmp_path / "m.keras")
        again = load(tmp_path / "m.keras", custom_objects={"doubled": doubled})
        np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)
