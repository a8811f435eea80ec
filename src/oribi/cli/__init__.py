"""The command line: `oribi quickstart`, `oribi info`, `oribi cache clear`."""

from .main import main

__all__ = ["main"]
