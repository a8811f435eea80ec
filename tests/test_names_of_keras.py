"""The second names that Keras has: lower-case classes, `serialize` and `deserialize`, merging layers as functions."""

import inspect

import numpy as np
import pytest

import oribi
from oribi import layers

FAMILIES = ("initializers", "regularizers", "constraints", "activations", "losses", "metrics", "optimizers", "layers")


def family(library, name):
    return getattr(library, name)


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_one_thing_there_is_one_thing_here(keras, name):
    ours, theirs = family(oribi, name), family(keras, name)
    for one in ours.__all__:
        for other in ours.__all__:
            if hasattr(theirs, one) and getattr(theirs, one) is getattr(theirs, other, None):
                assert getattr(ours, one) is getattr(ours, other), (one, other)


@pytest.mark.parametrize("name", ["initializers", "regularizers", "constraints"])
def test_no_second_name_is_missing(keras, name):
    ours, theirs = family(oribi, name), family(keras, name)
    known = [getattr(theirs, entry) for entry in ours.__all__ if hasattr(theirs, entry)]
    seconds = {n for n in dir(theirs) if not n.startswith("_") and any(getattr(theirs, n) is thing for thing in known)}
    assert seconds <= set(ours.__all__)


MADE = {
    "initializers": lambda library: library.initializers.RandomNormal(0.5, 2.0, seed=3),
    "regularizers": lambda library: library.regularizers.L1L2(0.25, 0.5),
    "constraints": lambda library: library.constraints.MaxNorm(3),
    "losses": lambda library: library.losses.Huber(name="h"),
    "metrics": lambda library: library.metrics.MeanSquaredError(name="m"),
    "optimizers": lambda library: library.optimizers.SGD(0.5, momentum=0.25),
    "layers": lambda library: library.layers.Dense(3, name="d"),
}


@pytest.mark.parametrize("name", sorted(MADE))
def test_serialize_and_deserialize(keras, name):
    ours, theirs = family(oribi, name), family(keras, name)
    config = ours.serialize(MADE[name](oribi))
    assert config["class_name"] == theirs.serialize(MADE[name](keras))["class_name"]
    again = ours.deserialize(config)
    assert type(again) is type(MADE[name](oribi)) and again.get_config() == MADE[name](oribi).get_config()
    assert type(ours.deserialize(theirs.serialize(MADE[name](keras)))) is type(again)
    for function in ("serialize", "deserialize"):
        assert str(inspect.signature(getattr(ours, function))) == str(inspect.signature(getattr(theirs, function)))


def test_names_and_functions():
    assert oribi.activations.deserialize(oribi.activations.serialize(oribi.activations.relu)) is oribi.activations.relu
    assert isinstance(oribi.initializers.deserialize("he_normal"), oribi.initializers.he_normal)
    with pytest.raises(ValueError, match="unknown regularizer"):
        oribi.regularizers.deserialize("l7")
    with pytest.raises(TypeError):
        oribi.regularizers.serialize()


def test_custom_objects():
    class Mine(oribi.constraints.Constraint):
        def get_config(self):
            return {}

    config = oribi.constraints.serialize(Mine())
    assert isinstance(oribi.constraints.deserialize(config, custom_objects={"Mine": Mine}), Mine)
    with pytest.raises(ValueError, match="Mine"):
        oribi.constraints.deserialize(config)


@pytest.mark.parametrize("name", ["add", "average", "maximum", "minimum", "multiply", "subtract", "concatenate", "dot"])
def test_merging_layers_as_functions(keras, name):
    x, y = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    np.testing.assert_allclose(getattr(layers, name)([x, y]), getattr(keras.layers, name)([x, y]), rtol=1e-6)
    one, other = layers.Input((4,)), layers.Input((4,))
    model = oribi.Model([one, other], getattr(layers, name)([one, other], name="joined"))
    assert model.layers[-1].name == "joined"
    np.testing.assert_allclose(model.predict([x, y], verbose=0), getattr(layers, name)([x, y]), rtol=1e-6)
