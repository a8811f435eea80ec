"""`ORIBI_DEBUG`: what to print (`graph`, `kernels`, `llvm`) or check (`verify`, `poison`) while programs are compiled and run."""

import os


def debug(what: str) -> bool:
    """Whether `ORIBI_DEBUG`, a list separated by commas, names it."""
    return what in os.environ.get("ORIBI_DEBUG", "").split(",")
