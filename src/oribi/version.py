"""The version of oribi."""

__version__ = "0.1.0"
