"""A few sequences of calls on a model, beside Keras; `tests/fuzz_calls.py` plays more of them."""

import pytest

from . import fuzz_calls


@pytest.mark.parametrize("seed", range(1000, 1008))
def test_a_sequence_of_calls_agrees_with_keras(keras, seed):
    assert fuzz_calls.play(seed) is None
