"""Promotion against Keras, pair by pair."""

import itertools

import pytest

from oribi.graph import dtypes


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations_with_replacement((*dtypes.ALL, "int", "float"), 2)))
def test_promotes_as_keras_does(keras, a, b):
    kinds = {"int": int, "float": float}
    expected = keras.backend.result_type(kinds.get(a, a), kinds.get(b, b))
    narrow = {"int64": "int32", "float64": "float32"}  # Keras on JAX has no 64 bits
    found = dtypes.result_type([a, b])
    assert narrow.get(found, found) == narrow.get(expected, expected)


def test_what_is_no_dtype_is_refused_by_name():
    with pytest.raises(TypeError, match="dtype 'complex64' is not supported"):
        dtypes.canonical("complex64")
