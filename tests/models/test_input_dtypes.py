"""What a model's data are cast to: the dtype of its `Input`, before any layer computes with them."""

import numpy as np
import pytest

import oribi
from oribi.layers.base.masks import in_dtype

KINDS = ("bool", "uint8", "int32", "int64", "float32", "float64")
LAYERS = [
    ("PReLU", {"alpha_initializer": "ones"}),
    ("Activation", {"activation": "relu"}),
    ("Identity", {}),
    ("MaxPooling1D", {"pool_size": 2}),
    ("LSTM", {"units": 2, "kernel_initializer": "ones", "recurrent_initializer": "ones"}),
    ("AveragePooling1D", {"pool_size": 2}),
]


def functional(library, layer, dtype):
    inputs = library.Input((4, 3), dtype=dtype)
    return library.Model(inputs, layer(inputs))


def sequential(library, layer, dtype):
    return library.Sequential([library.Input((4, 3), dtype=dtype), layer])


def sequential_without_input(library, layer, dtype):
    return library.Sequential([layer])


@pytest.mark.parametrize("make", [functional, sequential, sequential_without_input], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_data_of_any_dtype_are_computed_in_the_inputs(keras, make, dtype):
    for name, arguments in LAYERS:
        for kind in KINDS:
            x = np.random.default_rng(3).integers(0, 5, (2, 4, 3)).astype(kind)
            ours = make(oribi, getattr(oribi.layers, name)(**arguments), dtype)
            theirs = make(keras, getattr(keras.layers, name)(**arguments), dtype)
            have, want = ours(x).numpy(), np.asarray(theirs(x))
            assert have.dtype == want.dtype, (name, kind)
            np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-6, err_msg=f"{name} of {kind}")


def test_a_compiled_step_casts_too():
    inputs = oribi.Input((3,))
    model = oribi.Model(inputs, oribi.layers.PReLU(alpha_initializer="ones")(inputs))
    np.testing.assert_array_equal(model.predict(np.array([[1, 2, 5]], "uint8"), verbose=0), [[1, 2, 5]])


def test_large_indices_stay_exact():
    model = oribi.Sequential([oribi.layers.Embedding(2**24 + 2, 1, embeddings_initializer="zeros")])
    model.build((None, 1))
    table = np.zeros((2**24 + 2, 1), "float32")
    table[2**24 + 1] = 1
    model.set_weights([table])
    np.testing.assert_array_equal(model(np.array([[2**24 + 1]])).numpy(), [[[1]]])


def test_a_float64_input_keeps_its_digits():
    inputs = oribi.Input((1,), dtype="float64")
    model = oribi.Model(inputs, oribi.layers.Identity(dtype="float64")(inputs))
    assert model(np.array([[1 / 3]])).numpy()[0, 0] == 1 / 3


def test_a_cast_keeps_the_mask():
    masked = oribi.layers.Masking()(np.array([[[0.0], [1.0]]], "float32"))
    cast = in_dtype(masked, "float64")
    assert cast.dtype == "float64"
    np.testing.assert_array_equal(cast.mask.numpy(), [[False, True]])


def test_a_last_axis_of_one_is_dropped_where_the_input_has_none(keras):
    x = np.ones((2, 3, 1), "float32")
    for library in (oribi, keras):
        inputs = library.Input((3,))
        model = library.Model(inputs, library.layers.Dense(2)(inputs))
        assert tuple(model(x).shape) == (2, 2)
