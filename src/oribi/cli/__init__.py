"""The command line: `oribi quickstart`, `inspect`, `evaluate`, `predict`, `info`, `cache clear`."""

from .main import main

__all__ = ["main"]
