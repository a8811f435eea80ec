"""Every test run has a cache of its own, so that what is tested is compiled by this very code."""

import os
import tempfile
from pathlib import Path

import pytest

_cache = tempfile.TemporaryDirectory(prefix="oribi-cache-")
os.environ["ORIBI_CACHE"] = _cache.name
os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("ORIBI_DEBUG", "poison,verify")
os.environ["JAX_ENABLE_X64"] = "1"
os.environ.setdefault("MPLBACKEND", "Agg")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def same_numbers_in_any_order():
    """Every test draws the same numbers, whichever tests ran before it in its process."""
    import oribi

    oribi.utils.set_random_seed(1)


@pytest.fixture(scope="session")
def mnist_folder():
    """The folder with MNIST's IDX files, where there is one."""
    folder = Path(os.environ.get("ORIBI_DATA") or SHARED / "data/mnist")
    if not folder.is_dir():
        pytest.skip("no MNIST here: set ORIBI_DATA to a folder with its IDX files")
    return folder


@pytest.fixture(scope="session")
def keras():
    """The installed Keras, on JAX."""
    return pytest.importorskip("keras", reason="Keras is not installed: nothing to compare with")


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write the golden texts anew instead of comparing")
