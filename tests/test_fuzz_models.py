"""A share of the random models of `tests/fuzz`, and the specs of all disagreements that were mended."""

import json
from pathlib import Path

import pytest

import oribi
from oribi.models.table import TABLE

from .fuzz.comparing import tried
from .fuzz.rows import ROWS
from .fuzz.specs import spec_of

KEPT = [json.loads(line) for line in (Path(__file__).parent / "fuzz/kept.jsonl").read_text().splitlines()]
FRESH = range(8)


def test_every_layer_has_a_row():
    layers = {layer.__name__ for layer in TABLE.values() if not issubclass(layer, oribi.Model)}
    assert layers == set(ROWS)


@pytest.mark.parametrize("kept", KEPT, ids=[kept["about"] for kept in KEPT])
def test_a_mended_disagreement_stays_mended(keras, kept):
    assert tried(keras, kept["spec"]) is None


@pytest.mark.parametrize("seed", FRESH)
def test_oribi_and_keras_agree_on_a_random_model(keras, seed):
    assert tried(keras, spec_of(seed)) is None
