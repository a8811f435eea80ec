"""Public namespaces hold what they say they hold, and no helper besides."""

import importlib
import pkgutil

import pytest

NAMES = (
    *(
        "oribi",
        "oribi.activations",
        "oribi.callbacks",
        "oribi.config",
        "oribi.constraints",
        "oribi.datasets",
        "oribi.export",
    ),
    *("oribi.initializers", "oribi.layers", "oribi.losses", "oribi.metrics", "oribi.models", "oribi.ops"),
    *("oribi.optimizers", "oribi.optimizers.schedules", "oribi.random", "oribi.regularizers", "oribi.saving"),
    *("oribi.tf", "oribi.utils", "oribi.backend", "oribi.dtype_policies", "oribi.mixed_precision", "oribi.tree"),
)


def files_of(module):
    """The modules inside of a package, which Python puts into its namespace when they are imported."""
    return {found.name for found in pkgutil.iter_modules(getattr(module, "__path__", []))}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_public_is_listed(name):
    module = importlib.import_module(name)
    public = {entry for entry in dir(module) if not entry.startswith("_")}
    assert public - files_of(module) <= set(module.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_listed_is_there(name):
    module = importlib.import_module(name)
    assert len(set(module.__all__)) == len(module.__all__)
    for entry in module.__all__:
        assert hasattr(module, entry)


def test_every_namespace_is_looked_at():
    oribi = importlib.import_module("oribi")
    modules = {f"oribi.{entry}" for entry in oribi.__all__ if hasattr(getattr(oribi, entry), "__spec__")}
    assert modules <= set(NAMES)
