"""Initializers: their spread, their seeds, and that no two weights of a layer or a model start with the same numbers."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import oribi
from oribi import initializers, layers
from oribi.config import families
from oribi.config.serialization import serialize
from oribi.random import SeedGenerator

# --- their spread -----------------------------------------------------------------------------------------------------

SCALED = {  # variance times the fan, which fan, and the largest value beside the standard deviation
    "GlorotUniform": (1, "mean", np.sqrt(3)),
    "GlorotNormal": (1, "mean", 2 / 0.8796256610342398),
    "HeUniform": (2, "in", np.sqrt(3)),
    "HeNormal": (2, "in", 2 / 0.8796256610342398),
    "LecunUniform": (1, "in", np.sqrt(3)),
    "LecunNormal": (1, "in", 2 / 0.8796256610342398),
}
FANS = [((40, 400), 40, 400), ((400, 40), 400, 40), ((3, 3, 8, 160), 72, 1440), ((5000,), 5000, 5000)]


@pytest.mark.parametrize(("shape", "inputs", "outputs"), FANS, ids=str)
@pytest.mark.parametrize("name", SCALED)
def test_the_spread_is_that_of_the_fan(keras, name, shape, inputs, outputs):
    """So many numbers that the spread is known within a few percent, and sizes at which the fans are far apart."""
    scale, fan, largest = SCALED[name]
    spread = np.sqrt(scale / {"in": inputs, "mean": (inputs + outputs) / 2}[fan])
    for library in (keras, oribi):
        values = np.asarray(getattr(library.initializers, name)(seed=3)(shape))
        assert values.std() == pytest.approx(spread, rel=0.03)
        assert abs(values).max() == pytest.approx(largest * spread, rel=0.03)
        assert abs(values.mean()) < 0.05 * spread


@pytest.mark.parametrize(
    ("name", "arguments", "mean", "spread"),
    [
        ("RandomNormal", {"mean": 1.0, "stddev": 0.5}, 1.0, 0.5),
        ("TruncatedNormal", {"mean": 1.0, "stddev": 0.5}, 1.0, 0.5 * 0.8796256610342398),
        ("RandomUniform", {"minval": -1.0, "maxval": 3.0}, 1.0, 4 / np.sqrt(12)),
        ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"}, 0.0, 0.1),
        ("Orthogonal", {"gain": 2.0}, 0.0, 2 / np.sqrt(300)),
    ],
)
def test_the_moments_are_those_of_the_arguments(keras, name, arguments, mean, spread):
    for library in (keras, oribi):
        values = np.asarray(getattr(library.initializers, name)(seed=3, **arguments)((100, 300)))
        assert values.mean() == pytest.approx(mean, abs=0.03 * spread)
        assert values.std() == pytest.approx(spread, rel=0.03)


# --- their seeds ------------------------------------------------------------------------------------------------------

RANDOM = ["RandomUniform", "RandomNormal", "TruncatedNormal", "VarianceScaling", "Orthogonal", *SCALED]


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_decides_whether_the_next_call_gives_the_same(name):
    kind = getattr(initializers, name)
    seeds = {"a number": 5, "none": None, "a generator": SeedGenerator(5), "a generator's config": None}
    seeds["a generator's config"] = serialize(SeedGenerator(5))
    for which, seed in seeds.items():
        made = kind(seed=seed)
        first, second = made((4, 3)), made((4, 3))
        assert np.array_equal(first, second) == (which == "a number"), which
        again = initializers.get(serialize(made))
        assert again.get_config() == made.get_config()
        assert np.array_equal(first, again((4, 3))) == (which != "none"), which
    assert kind(seed=None).get_config()["seed"] is None
    assert kind(seed=5).get_config()["seed"] == 5


@pytest.mark.parametrize("seed", ["5", 1.5, True], ids=repr)
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match=r"HeNormal: seed must be a whole number or a SeedGenerator\. Received: seed="):
        initializers.HeNormal(seed=seed)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))], ids=["copy", "pickle"]
)
def test_a_copy_without_a_seed_draws_numbers_of_its_own(copied):
    free, seeded = initializers.HeNormal(), initializers.HeNormal(seed=2)
    assert not np.array_equal(copied(free)((4, 3)), free((4, 3)))
    assert np.array_equal(copied(seeded)((4, 3)), seeded((4, 3)))


def test_a_program_with_a_seed_starts_with_the_same_numbers_twice():
    def program():
        oribi.utils.set_random_seed(11)
        shared = initializers.GlorotUniform()
        model = oribi.Sequential([layers.Dense(3, kernel_initializer=shared) for _ in range(3)])
        model.build((None, 3))
        return model.get_weights()

    for one, other in zip(program(), program(), strict=True):
        np.testing.assert_array_equal(one, other)


# --- no two weights are the same --------------------------------------------------------------------------------------

SEQUENCE, IMAGE, VIDEO = (2, 5, 4), (2, 6, 5, 3), (2, 4, 5, 4, 2)
MADE = {  # what a layer is made with, and the shapes that it is called on
    "BatchNormalization": ({}, SEQUENCE),
    "Conv1D": ({"filters": 4, "kernel_size": 3}, SEQUENCE),
    "Conv1DTranspose": ({"filters": 4, "kernel_size": 3}, SEQUENCE),
    "Conv2D": ({"filters": 4, "kernel_size": 3}, IMAGE),
    "Conv2DTranspose": ({"filters": 4, "kernel_size": 3}, IMAGE),
    "Conv3D": ({"filters": 4, "kernel_size": 2}, VIDEO),
    "Conv3DTranspose": ({"filters": 4, "kernel_size": 2}, VIDEO),
    "ConvLSTM1D": ({"filters": 3, "kernel_size": 2}, (2, 2, 5, 3)),
    "ConvLSTM2D": ({"filters": 3, "kernel_size": 2}, (2, 2, 4, 5, 3)),
    "ConvLSTM3D": ({"filters": 3, "kernel_size": 2}, (1, 2, 3, 3, 3, 2)),
    "Dense": ({"units": 4}, SEQUENCE),
    "DepthwiseConv1D": ({"kernel_size": 3}, SEQUENCE),
    "DepthwiseConv2D": ({"kernel_size": 3}, IMAGE),
    "Embedding": ({"input_dim": 5, "output_dim": 4}, (2, 3)),
    "GRU": ({"units": 4}, SEQUENCE),
    "GRUCell": ({"units": 4}, None),
    "GroupNormalization": ({"groups": 2}, SEQUENCE),
    "GroupQueryAttention": ({"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 2}, (SEQUENCE, SEQUENCE)),
    "LSTM": ({"units": 4}, SEQUENCE),
    "LSTMCell": ({"units": 4}, None),
    "LayerNormalization": ({}, SEQUENCE),
    "MultiHeadAttention": ({"num_heads": 2, "key_dim": 2}, (SEQUENCE, SEQUENCE)),
    "PReLU": ({}, SEQUENCE),
    "SeparableConv1D": ({"filters": 4, "kernel_size": 3}, SEQUENCE),
    "SeparableConv2D": ({"filters": 4, "kernel_size": 3}, IMAGE),
    "SimpleRNN": ({"units": 4}, SEQUENCE),
    "SimpleRNNCell": ({"units": 4}, None),
}
KINDS = {
    "name": lambda: "random_normal",
    "config": lambda: {"class_name": "RandomNormal", "config": {"stddev": 1.0}},
    "class": lambda: initializers.RandomNormal,
    "object": lambda: initializers.RandomNormal(),
    "seeded by a generator": lambda: initializers.RandomNormal(seed=SeedGenerator(3)),
}


def initializers_of(kind):
    """The names of the arguments for initializers that a layer's constructor takes, or hands to its cell."""
    given = inspect.signature(kind.__init__).parameters
    return sorted(name for name in given if name.endswith("_initializer"))


def build(layer, shapes):
    if shapes is None:
        layer.build_once((None, 3))
    else:
        layer(*(np.zeros(shape, "int32") for shape in (shapes if isinstance(shapes[0], tuple) else (shapes,))))


def all_differ(weights):
    arrays = [np.setdiff1d(w.numpy(), [1.0]) for w in weights]  # the forget gate's bias starts at one
    for number, one in enumerate(arrays):
        for other in arrays[:number]:
            assert not np.intersect1d(one, other).size, [w.path for w in weights]


def test_every_layer_that_takes_initializers_is_looked_at():
    assert {kind.__name__ for kind in families.table("layers").values() if initializers_of(kind)} == set(MADE)


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("name", MADE)
def test_no_two_weights_of_a_layer_or_of_two_layers_are_the_same(name, how):
    arguments, shapes = MADE[name]
    oribi.utils.set_random_seed(1)
    given = KINDS[how]()
    kind = getattr(layers, name)
    made = [kind(**arguments, **dict.fromkeys(initializers_of(kind), given)) for _ in range(2)]
    for layer in made:
        build(layer, shapes)
    all_differ([w for layer in made for w in layer.weights])


@pytest.mark.parametrize("how", KINDS)
def test_no_two_weights_of_a_model_of_layers_around_layers_are_the_same(how):
    oribi.utils.set_random_seed(1)
    given = KINDS[how]()
    every = {"kernel_initializer": given, "recurrent_initializer": given, "bias_initializer": given}
    model = oribi.Sequential(
        [
            layers.Bidirectional(layers.LSTM(3, return_sequences=True, **every)),
            layers.RNN([layers.LSTMCell(3, **every), layers.GRUCell(3, **every)], return_sequences=True),
            layers.TimeDistributed(layers.Dense(3, kernel_initializer=given, bias_initializer=given)),
        ]
    )
    model.build((None, 4, 3))
    all_differ(model.weights)


def test_one_seed_for_two_weights_is_warned_of():
    shared = initializers.GlorotUniform(seed=4)
    one, other = (layers.Dense(3, kernel_initializer=shared, name=name) for name in ("one", "other"))
    one.build((None, 3))
    one.build((None, 3))  # the same weight again
    with pytest.warns(UserWarning, match=r"Dense 'other': kernel starts with the numbers of the kernel of Dense 'one'"):
        other.build((None, 3))
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])
    attention = layers.MultiHeadAttention(2, 2, kernel_initializer=initializers.HeNormal(seed=4))
    with pytest.warns(UserWarning, match="with seed=4"):
        attention(np.ones((1, 2, 4)), np.ones((1, 2, 4)))
