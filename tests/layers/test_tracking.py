"""Whatever attributes hold is part of a layer, however it got there; what they hold no longer is not."""

from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest

import oribi
from oribi import layers
from oribi.random import SeedGenerator

Pair = namedtuple("Pair", "first second")
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


def dense():
    return layers.Dense(2)


def appended(model):
    model.held = []
    model.held.append(dense())


def inserted(model):
    model.held = [dense()]
    model.held.insert(0, dense())


def put_by_key(model):
    model.held = {}
    model.held["a"] = dense()


def put_by_another_name(model):
    held = model.held = []
    held.append(dense())


def nested(model):
    model.held = {"a": [[]]}
    model.held["a"][0].append({"deep": dense()})


def replaced_item(model):
    model.held = [dense()]
    model.held[0] = dense()


def taken_out(model):
    model.held = [dense(), dense()]
    model.held.pop()


def replaced(model):
    model.held = dense()
    model.held = dense()


def deleted(model):
    model.held, model.other = dense(), dense()
    del model.other


def held_twice(model):
    model.held = model.other = dense()


def held_elsewhere_still(model):
    model.held = [dense()]
    model.other = model.held[0]
    model.other = None


WAYS = {
    appended: 1,
    inserted: 2,
    put_by_key: 1,
    put_by_another_name: 1,
    nested: 1,
    replaced_item: 1,
    taken_out: 1,
    replaced: 1,
    deleted: 1,
    held_twice: 1,
    held_elsewhere_still: 1,
    lambda model: setattr(model, "held", (dense(), dense())): 2,
    lambda model: setattr(model, "held", {dense(), dense()}): 2,
    lambda model: setattr(model, "held", OrderedDict(a=dense())): 1,
    lambda model: setattr(model, "held", Pair(dense(), dense())): 2,
    lambda model: setattr(model, "held", defaultdict(dense)) or model.held["a"]: 1,
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_layers_are_part_of_the_model_that_holds_them(way):
    model = oribi.Model()
    way(model)
    assert len(model.layers) == WAYS[way]
    for layer in model.layers:
        layer.build((None, 3))
    assert len(model.trainable_weights) == 2 * WAYS[way]
    assert model.count_params() if model.built else True


def test_layers_that_come_later_are_trained_and_saved(tmp_path):
    class Net(oribi.Model):
        def __init__(self):
            super().__init__()
            self.blocks, self.heads = [], {}
            for _ in range(2):
                self.blocks.append(layers.Dense(4, activation="relu"))
            self.heads["out"] = layers.Dense(1)

        def call(self, inputs):
            for block in self.blocks:
                inputs = block(inputs)
            return self.heads["out"](inputs)

    model = Net()
    model.compile(oribi.optimizers.SGD(0.1), "mse")
    model(X)
    before = model.get_weights()
    model.fit(X, X[:, :1] + 1, epochs=2, verbose=0)
    assert len(before) == 6
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    model.save_weights(tmp_path / "w.weights.h5")
    other = Net()
    other(X)
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(other(X).numpy(), model(X).numpy())


def test_a_weight_that_is_made_anew_leaves_nothing_of_the_first():
    layer = layers.Layer()
    for size in (2, 3):
        layer.scale = layer.add_weight(shape=(size,), name="scale")
    layer.add_weight(shape=(5,), name="without an attribute")
    assert [w.shape for w in layer.weights] == [(3,), (5,)]


def test_variables_and_seeds_in_containers():
    layer = layers.Layer()
    layer.held = {"w": [oribi.Variable(np.ones(2, "float32"))]}
    layer.held["s"] = SeedGenerator(1)
    assert len(layer.weights) == 1 and len(layer.variables) == 2


def test_attributes_that_are_set_before_the_base_class_is_initialised():
    class Early(layers.Layer):
        def __init__(self):
            self.inner = dense()
            self.own = oribi.Variable(np.ones(2, "float32"))
            super().__init__(name="early")

    layer = Early()
    assert layer.name == "early" and len(layer.weights) == 1 and layer._sublayers == [layer.inner]


def test_freezing_reaches_the_variables_and_changes_no_order(keras):
    for library in (oribi, keras):
        norm = library.layers.BatchNormalization()
        norm.build((None, 3))
        names = [w.name for w in norm.weights]
        norm.trainable = False
        assert [w.trainable for w in norm.weights] == [False] * 4
        assert [w.name for w in norm.weights] == names and not norm.trainable_weights
        norm.trainable = True
        assert [w.trainable for w in norm.weights] == [True, True, False, False]


def test_metrics_are_those_of_the_model_and_of_its_layers():
    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.mean = oribi.metrics.Mean(name="inner")

        def call(self, inputs):
            return inputs

    class Net(oribi.Model):
        def __init__(self):
            super().__init__()
            self.counting, self.out = Counting(), layers.Dense(1)
            self.kept = {"m": [oribi.metrics.Mean(name="own")]}

        def call(self, inputs):
            return self.out(self.counting(inputs))

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            self.kept["m"][0].update_state(x)
            self.counting.mean.update_state(y_pred * 0 + 2)
            return super().compute_metrics(x, y, y_pred, sample_weight)

    model = Net()
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, X[:, :1], epochs=2, batch_size=3, verbose=0).history
    assert [m.name for m in model.metrics] == ["loss", "mae", "own", "inner"]
    assert history["own"] == pytest.approx([X.mean()] * 2, rel=1e-4)
    assert history["inner"] == [2.0, 2.0]


@pytest.mark.parametrize(
    "kind", ["Dropout", "Activation", "Flatten", "Reshape", "Add", "MaxPooling1D", "Identity", "Rescaling"]
)
def test_a_subclass_of_a_layer_without_weights_makes_its_own(kind):
    base = getattr(layers, kind)
    arguments = {"Dropout": (0.5,), "Activation": ("relu",), "Reshape": ((3, 4),), "Rescaling": (2.0,)}.get(kind, ())

    class Weighted(base):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

        def call(self, inputs):
            return super().call(inputs) * self.scale

    layer = Weighted(*arguments)
    x = np.ones((2, 4, 3), "float32")
    layer([x, x] if kind == "Add" else x)
    assert [w.name for w in layer.weights] == ["scale"] and layer.built


@pytest.mark.parametrize("model", [False, True])
def test_weights_that_are_built_by_hand_are_not_made_anew(model):
    class Own(oribi.Model if model else layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 2), name="kernel")

        def call(self, inputs):
            return inputs @ self.kernel

    made = Own()
    made.build((None, 3))
    kernel = made.kernel
    np.testing.assert_allclose(made(X).numpy(), X @ kernel.numpy(), rtol=1e-5)
    assert made.kernel is kernel and len(made.weights) == 1
