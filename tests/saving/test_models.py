"""Saving and loading among ourselves: every kind of model, and what must never happen to a file."""

import json
import os
import resource
import stat
import subprocess
import sys

import h5py
import numpy as np
import pytest

import oribi
from oribi import layers, ops, saving

RNG = np.random.default_rng(1)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = RNG.normal(size=(20, 2)).astype("float32")


def small(units=3):
    return oribi.Sequential([layers.Input((4,)), layers.Dense(units, activation="relu"), layers.Dense(2)])


def same(one, other, x=X):
    np.testing.assert_array_equal(one.predict(x, verbose=0), other.predict(x, verbose=0))


# --- kinds of models --------------------------------------------------------------------------------------------------


@saving.register_keras_serializable("tests")
class Scale(layers.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), oribi.initializers.Constant(self.start), name="factor")

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "start": self.start}


@saving.register_keras_serializable("tests")
class Net(oribi.Model):
    def __init__(self, width=3, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.blocks = [layers.Dense(width), Scale(2.0)]
        self.heads = {"a": layers.Dense(2)}

    def call(self, inputs):
        for block in self.blocks:
            inputs = block(inputs)
        return self.heads["a"](inputs)

    def get_config(self):
        return {"name": self.name, "width": self.width}


@saving.register_keras_serializable("tests")
def double(x):
    return x * 2


def functional():
    inputs = oribi.Input((4,), name="x")
    hidden = layers.Dense(4, activation=double)(inputs)
    return oribi.Model(inputs, ops.add(layers.Dense(2)(hidden), 1.0) * 2, name="with_ops")


def deferred():
    net = oribi.Sequential([layers.Dense(3), Scale(), layers.Lambda(double), layers.Dense(2)])
    net(X)
    return net


def subclassed():
    net = Net(5)
    net(X)
    return net


@pytest.mark.parametrize("make", [small, functional, deferred, subclassed])
def test_models_come_back_as_they_were(tmp_path, make):
    model = make()
    model.compile(oribi.optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert type(again) is type(model) and again.name == model.name
    same(model, again)
    assert again.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    for m in (model, again):
        m.fit(X, Y, verbose=0, shuffle=False, epochs=3)
    same(model, again)
    assert [w.name for w in again.optimizer.variables] == [w.name for w in model.optimizer.variables]
    raw = saving.load_model(tmp_path / "m.keras", compile=False)
    with pytest.raises(ValueError, match="not compiled"):
        raw.fit(X, Y)


@pytest.mark.parametrize("make", [small, functional, deferred, subclassed])
@pytest.mark.parametrize("ending", ["weights.h5", "safetensors", "keras"])
def test_weights_alone(tmp_path, make, ending):
    if ending == "safetensors":
        pytest.importorskip("safetensors", reason="safetensors is not installed")
    model, other = make(), make()
    path = tmp_path / f"m.{ending}"
    model.save(path) if ending == "keras" else model.save_weights(path)
    other.load_weights(path)
    same(model, other)


def test_frozen_layers_stay_frozen(tmp_path):
    model = small()
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert [layer.trainable for layer in again.layers] == [False, True]
    before = again.layers[0].get_weights()[0]
    again.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(again.layers[0].get_weights()[0], before)


def test_losses_and_metrics_of_all_kinds(tmp_path):
    def error(y_true, y_pred):
        return ops.mean(ops.abs(y_true - y_pred), -1)

    a = oribi.Input((4,))
    model = oribi.Model(a, {"p": layers.Dense(2, name="p")(a), "q": layers.Dense(2, name="q")(a)})
    loss = {"p": oribi.losses.MeanSquaredError(reduction="sum"), "q": error}
    model.compile("sgd", loss, {"p": 1.0, "q": 0.5}, metrics={"p": ["mae", oribi.metrics.MeanSquaredError(name="e")]})
    y = {"p": Y, "q": -Y}
    model.fit(X, y, verbose=0)
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="unknown loss: 'error'"):
        saving.load_model(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras", custom_objects={"error": error})
    assert again.evaluate(X, y, verbose=0, return_dict=True) == model.evaluate(X, y, verbose=0, return_dict=True)


def test_to_json_and_clone():
    model = functional()
    again = oribi.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    same(model, again)
    copy = oribi.models.clone_model(model)
    assert [w.shape for w in copy.weights] == [w.shape for w in model.weights]
    assert not (copy.get_weights()[0] == model.get_weights()[0]).all()
    assert json.loads(model.to_json())["config"]["name"] == "with_ops"


def test_a_lambda_with_code_comes_back_when_asked(tmp_path):
    model = oribi.Sequential([layers.Input((4,)), layers.Lambda(lambda x, by=3.0: ops.abs(x) * by), layers.Dense(2)])
    with pytest.warns(UserWarning, match="safe_mode=False"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="code of a Python lambda"):
        saving.load_model(tmp_path / "m.keras")
    with pytest.warns(UserWarning, match="running code"):
        same(model, saving.load_model(tmp_path / "m.keras", safe_mode=False))


# --- what does not fit ------------------------------------------------------------------------------------------------


def test_other_architectures_are_told_and_nothing_is_set(tmp_path):
    path = tmp_path / "m.weights.h5"
    small(3).save_weights(path)
    wrong = oribi.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(5, name="head")])
    before = wrong.get_weights()
    with pytest.raises(
        ValueError, match=r"m\.weights\.h5 has shape \(3, 2\) at .* where Dense 'head' has 'head/kernel' of"
    ):
        wrong.load_weights(path)
    assert all((a == b).all() for a, b in zip(before, wrong.get_weights(), strict=True))
    with pytest.warns(UserWarning, match="left alone"):
        wrong.load_weights(path, skip_mismatch=True)
    assert not (wrong.get_weights()[0] == before[0]).all() and (wrong.get_weights()[2] == before[2]).all()
    shorter = oribi.Sequential([layers.Input((4,)), layers.Dense(3, use_bias=False)])
    with pytest.raises(ValueError, match="has 2 arrays at 'layers/dense', where Dense"):
        shorter.load_weights(path)


def test_models_without_weights_yet_say_so(tmp_path):
    unbuilt = oribi.Sequential([layers.Dense(3)])
    for call in (unbuilt.save_weights, unbuilt.load_weights):
        with pytest.raises(ValueError, match="has no weights yet"):
            call(tmp_path / "m.weights.h5")
    with pytest.raises(ValueError, match="has no weights yet"):
        unbuilt.save(tmp_path / "m.keras")
    assert list(tmp_path.iterdir()) == []


def test_a_layer_without_a_config_is_told(tmp_path):
    class Odd(layers.Layer):
        def __init__(self, function, **kwargs):
            super().__init__(**kwargs)
            self.function = function

        def call(self, inputs):
            return self.function(inputs)

        def get_config(self):
            return {**super().get_config(), "function": object()}

    model = oribi.Sequential([layers.Input((4,)), Odd(ops.abs)])
    with pytest.raises(ValueError, match="cannot be written into a config"):
        model.save(tmp_path / "m.keras")
    assert list(tmp_path.iterdir()) == []


# --- files are never lost ---------------------------------------------------------------------------------------------


def test_overwriting_is_asked_for(tmp_path):
    path = tmp_path / "m.keras"
    small().save(path)
    small().save(path)
    with pytest.raises(FileExistsError, match="is there already"):
        small().save(path, overwrite=False)


def test_a_file_that_may_not_be_written_is_left(tmp_path):
    path = tmp_path / "m.keras"
    small().save(path)
    before = path.read_bytes()
    path.chmod(stat.S_IRUSR)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(PermissionError):
        small().save(path)
    assert path.read_bytes() == before


FULL = """
import resource, sys
import oribi
from oribi import layers
model = oribi.Sequential([layers.Input((400,)), layers.Dense(300)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    getattr(model, sys.argv[1])(sys.argv[2])
except OSError as error:
    print("OSError", error)
"""


@pytest.mark.parametrize(
    "method, name", [("save", "m.keras"), ("save_weights", "m.weights.h5"), ("save_weights", "m.safetensors")]
)
def test_a_full_disk_leaves_the_old_file(tmp_path, method, name):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors", reason="safetensors is not installed")
    path = tmp_path / name
    path.write_bytes(b"old")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)
    done = subprocess.run([sys.executable, "-c", FULL, method, str(path)], capture_output=True, text=True)
    assert done.stdout.startswith("OSError"), done.stderr
    assert [p.name for p in tmp_path.iterdir()] == [name] and path.read_bytes() == b"old"


def test_files_through_a_link_arrive_at_its_target(tmp_path):
    target, link = tmp_path / "target.keras", tmp_path / "link.keras"
    target.write_bytes(b"old")
    link.symlink_to(target)
    small().save(link)
    assert link.is_symlink() and saving.load_model(target)


def test_the_layout_is_keras(tmp_path):
    path = tmp_path / "m.weights.h5"
    small().save_weights(path)
    with h5py.File(path) as file:
        names = []
        file.visititems(lambda name, thing: names.append(name) if isinstance(thing, h5py.Dataset) else None)
    assert sorted(names) == [f"layers/{layer}/vars/{i}" for layer in ("dense", "dense_1") for i in (0, 1)]


# --- configs ----------------------------------------------------------------------------------------------------------


@saving.register_keras_serializable("tests")
class Around(layers.Layer):
    def __init__(self, inner, start="zeros", **kwargs):
        super().__init__(**kwargs)
        self.inner, self.start = inner, oribi.initializers.get(start)

    def call(self, inputs):
        return self.inner(inputs)

    def get_config(self):
        objects = {"inner": self.inner, "start": self.start}
        return {**super().get_config(), **{k: saving.serialize_keras_object(v) for k, v in objects.items()}}

    @classmethod
    def from_config(cls, config):
        return cls(**saving.deserialize_keras_object(config))


def test_layers_that_hold_objects(tmp_path):
    inner = layers.Dense(3, kernel_regularizer=oribi.regularizers.L2(0.1))
    model = oribi.Sequential([layers.Input((4,)), Around(inner, oribi.initializers.Constant(3.0)), Scale(0.5)])
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    same(model, again)
    assert again.layers[0].start.value == 3.0 and again.layers[0].inner.units == 3


def test_configs_of_everything_come_back():
    schedule = oribi.optimizers.schedules.CosineDecay(0.1, 10)
    things = [
        oribi.optimizers.Adam(schedule),
        oribi.losses.MeanSquaredError(),
        oribi.metrics.BinaryAccuracy(threshold=0.3),
    ]
    things += [oribi.initializers.Orthogonal(2.0), oribi.regularizers.L1L2(0.1, 0.2), schedule, layers.GRU(3)]
    for thing in things:
        config = json.loads(json.dumps(saving.serialize_keras_object(thing)))
        again = saving.deserialize_keras_object(config)
        assert type(again) is type(thing)
        assert saving.serialize_keras_object(again) == config
    assert saving.deserialize_keras_object({"a": [1, "x"], "b": None}) == {"a": [1, "x"], "b": None}


def test_a_lambda_in_a_config_is_told():
    with pytest.raises(ValueError, match="a lambda cannot be written into a config"):
        oribi.Sequential([layers.Dense(2, activation=lambda x: x)]).to_json()
