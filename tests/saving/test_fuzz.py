"""A few hundred damaged files; `fuzz.py` alone opens more."""

import pytest

from .fuzz import fuzz


@pytest.mark.parametrize("seed", ["b", "kept"])  # `b` found JSON that asks for more memory than there is
def test_damaged_files_are_told(seed):
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    counts = fuzz(seed, cases=1400 if seed == "b" else 400)
    assert sum(n for (_, how), n in counts.items() if how == "told") > 100
