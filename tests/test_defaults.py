"""The defaults of the process: floatx, epsilon, the place of channels, the dtype policy; and the tree functions beside Keras'."""

import collections

import numpy as np
import pytest

import oribi
from oribi import config, layers, ops, tree


@pytest.fixture
def restored():
    yield
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    config.set_dtype_policy("float32")


@pytest.mark.usefixtures("restored")
def test_floatx():
    config.set_floatx("float64")
    assert (
        oribi.backend.floatx()
        == ops.zeros(2).dtype
        == oribi.Variable(1.5).dtype
        == oribi.KerasTensor((2,)).dtype
        == "float64"
    )
    assert oribi.random.uniform((2,)).dtype == ops.convert_to_tensor(1.5).dtype == "float64"
    assert str(oribi.initializers.Ones()((2,)).dtype) == "float64"


@pytest.mark.usefixtures("restored")
def test_the_policy_of_layers():
    config.set_dtype_policy("float64")
    assert layers.Dense(2).dtype == "float64"
    assert layers.Dense(2, dtype=oribi.DTypePolicy("float32")).dtype == "float32"
    with pytest.raises(NotImplementedError, match="mixed_float16"):
        oribi.mixed_precision.set_global_policy("mixed_float16")


@pytest.mark.usefixtures("restored")
def test_the_place_of_channels():
    config.set_image_data_format("channels_first")
    assert layers.Conv2D(4, 3)(np.zeros((2, 3, 8, 8), "float32")).shape == (2, 4, 6, 6)
    assert layers.SpatialDropout2D(0.5).data_format == "channels_first"
    with pytest.raises(ValueError, match="channels_last or channels_first"):
        config.set_image_data_format("channels")


@pytest.mark.usefixtures("restored")
def test_epsilon():
    config.set_epsilon(0.5)
    assert oribi.losses.mean_absolute_percentage_error(np.zeros(1), np.ones(1)).numpy() == 200


Pair = collections.namedtuple("Pair", "left right")
NESTS = [1, [], [1, (2, None)], {"b": 1, "a": [2]}, Pair(1, {"x": 2}), collections.OrderedDict(z=1, y=(2,)), ((), {})]


@pytest.mark.parametrize("nest", NESTS, ids=repr)
def test_trees_are_those_of_keras(keras, nest):
    assert tree.flatten(nest) == keras.tree.flatten(nest)
    assert tree.is_nested(nest) == keras.tree.is_nested(nest)
    assert tree.flatten_with_path(nest) == keras.tree.flatten_with_path(nest)
    assert tree.map_structure(str, nest) == keras.tree.map_structure(str, nest)
    leaves = list(range(len(tree.flatten(nest))))
    assert tree.pack_sequence_as(nest, leaves) == keras.tree.pack_sequence_as(nest, leaves)
    assert tree.lists_to_tuples(nest) == keras.tree.lists_to_tuples(nest)
    tree.assert_same_structure(nest, nest)


def test_names_begin_again():
    layers.Dense(1)
    oribi.backend.clear_session()
    assert [layers.Dense(1).name, layers.Dense(1).name] == ["dense", "dense_1"]
