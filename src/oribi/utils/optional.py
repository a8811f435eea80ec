"""Packages that only some features need."""

import importlib
from typing import Any


def needed(package: str, what: str) -> Any:
    """A package, which is an extra of oribi's under its own name.

    Raises:
        ImportError: it is not installed; says how to have it.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        raise ImportError(f"{what} need the package {package}: pip install 'oribi[{package}]'") from None
