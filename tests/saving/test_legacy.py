"""Whole-model .h5 files: as the installed Keras still writes them, and as Keras 2 and TensorFlow did."""

import json

import h5py
import numpy as np
import pytest

import oribi
from oribi import saving

RNG = np.random.default_rng(0)


def sequential(lib):
    la = lib.layers
    first = [la.Input((8, 8, 3)), la.Conv2D(4, 3, activation="relu"), la.BatchNormalization(), la.MaxPooling2D()]
    return lib.Sequential([*first, la.Reshape((9, 4)), la.Bidirectional(la.LSTM(3)), la.Dropout(0.2), la.Dense(2)])


def functional(lib):
    la = lib.layers
    one, other = lib.Input((4,), name="one"), lib.Input((3,), name="other")
    shared = la.Dense(4, name="shared")
    joined = la.Concatenate()([shared(one), shared(la.Dense(4)(other)), other])
    return lib.Model([one, other], [la.Dense(2, name="a")(joined), la.Dense(1, activation="sigmoid", name="b")(joined)])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("make, shapes", [(sequential, [(2, 8, 8, 3)]), (functional, [(2, 4), (2, 3)])])
def test_whole_models_are_read(keras, tmp_path, make, shapes):
    model = make(keras)
    model.compile("adam", "mse", metrics=["mae"])
    path = tmp_path / "m.h5"
    model.save(path)
    with pytest.warns(UserWarning, match="state of the optimizer is not carried over"):
        again = saving.load_model(path)
    x = [RNG.normal(size=s).astype("float32") for s in shapes]
    x = x if len(x) > 1 else x[0]
    want, have = model.predict(x, verbose=0), again.predict(x, verbose=0)
    for w, h in zip(
        want if isinstance(want, list) else [want], have if isinstance(have, list) else [have], strict=True
    ):
        np.testing.assert_allclose(h, w, rtol=1e-5, atol=1e-6)
    assert type(again.optimizer).__name__ == "Adam"


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


def keras2_file(path, config, weights, training=None):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.11.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        top = file.create_group("model_weights")
        top.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            group = top.create_group(name)
            names = [f"{name}/{part}:0" for part in arrays]
            group.attrs["weight_names"] = [n.encode() for n in names]
            for full, array in zip(names, arrays.values(), strict=True):
                group[full] = array


KERNEL, BIAS = RNG.normal(size=(4, 2)).astype("float32"), np.array([0.5, -1], "float32")
TRAINING = {
    "loss": "categorical_crossentropy",
    "metrics": [
        [
            {
                "class_name": "MeanMetricWrapper",
                "config": {"name": "accuracy", "dtype": "float32", "fn": "categorical_accuracy"},
            }
        ]
    ],
    "weighted_metrics": None,
    "loss_weights": None,
    "optimizer_config": {
        "class_name": "Adam",
        "config": {
            "name": "Adam",
            "lr": 0.25,
            "decay": 0.0,
            "beta_1": 0.9,
            "beta_2": 0.999,
            "epsilon": 1e-7,
            "amsgrad": False,
        },
    },
}


def test_a_sequential_of_keras_2_is_read(tmp_path):
    layers = [
        {
            "class_name": "InputLayer",
            "config": {
                "batch_input_shape": [None, 4],
                "dtype": "float32",
                "sparse": False,
                "ragged": False,
                "name": "x",
            },
        },
        layer(
            "Dense",
            "d",
            units=2,
            activation="relu",
            use_bias=True,
            kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
            kernel_constraint=None,
            activity_regularizer=None,
        ),
        layer("Softmax", "s", axis=-1),
    ]
    path = tmp_path / "m.h5"
    keras2_file(
        path,
        {"class_name": "Sequential", "config": {"name": "seq", "layers": layers}},
        {"x": {}, "d": {"kernel": KERNEL, "bias": BIAS}, "s": {}},
        TRAINING,
    )
    with pytest.warns(UserWarning, match="optimizer"):
        model = saving.load_model(path)
    x = RNG.normal(size=(3, 4)).astype("float32")
    hidden = np.maximum(x @ KERNEL + BIAS, 0)
    want = np.exp(hidden) / np.exp(hidden).sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict(x, verbose=0), want, rtol=1e-5)
    assert float(model.optimizer.learning_rate) == 0.25
    model.fit(x, np.eye(2)[[0, 1, 0]], verbose=0)


def test_a_functional_model_of_keras_2_is_read(tmp_path):
    layers = [
        {
            "name": "x",
            "inbound_nodes": [],
            "class_name": "InputLayer",
            "config": {"batch_input_shape": [None, 4], "dtype": "float32", "name": "x"},
        },
        {"name": "d", "inbound_nodes": [[["x", 0, 0, {}]]], **layer("Dense", "d", units=2, activation="linear")},
        {"name": "sum", "inbound_nodes": [[["d", 0, 0, {}], ["d", 0, 0, {}]]], **layer("Add", "sum")},
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["sum", 0, 0]]}
    path = tmp_path / "m.h5"
    keras2_file(
        path,
        {"class_name": "Functional", "config": config},
        {"x": {}, "d": {"kernel": KERNEL, "bias": BIAS}, "sum": {}},
    )
    model = saving.load_model(path)
    x = RNG.normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), 2 * (x @ KERNEL + BIAS), rtol=1e-5)


def test_weights_go_by_order_or_by_name(tmp_path):
    path = tmp_path / "m.h5"
    keras2_file(path, {}, {"first": {"kernel": KERNEL, "bias": BIAS}, "other": {"kernel": KERNEL[:2], "bias": BIAS}})
    la = oribi.layers
    model = oribi.Sequential([la.Input((4,)), la.Dense(2, name="a"), la.Dense(2, name="b")])
    model.load_weights(path)
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], KERNEL[:2])
    named = oribi.Sequential([la.Input((4,)), la.Dense(2, name="first"), la.Dense(2, name="new")])
    before = named.layers[1].get_weights()[0]
    named.load_weights(path, by_name=True)
    np.testing.assert_array_equal(named.layers[0].get_weights()[0], KERNEL)
    np.testing.assert_array_equal(named.layers[1].get_weights()[0], before)
    wrong = oribi.Sequential([la.Input((4,)), la.Dense(3, name="first"), la.Dense(2, name="other")])
    with pytest.raises(ValueError, match=r"m\.h5 has weights of shapes .* for layer 'first', where Dense 'first' has"):
        wrong.load_weights(path)


def test_a_file_of_weights_is_no_model(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_group("d")
    with pytest.raises(ValueError, match="holds weights only"):
        saving.load_model(tmp_path / "w.h5")
