"""What is wrong with a file."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileProblem(ValueError):
    """A file that is not what it should be.

    Args:
        path: of the file.
        problem: what is wrong, to follow its name: `has no config.json`.
    """

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path} {problem}")


@contextmanager
def leaving_alone(skip: bool) -> Iterator[None]:
    """What does not fit is left alone, with a warning at the user's call, where `skip` is true; else it is an error."""
    try:
        yield
    except FileProblem as problem:
        if not skip:
            raise
        warnings.warn(f"left alone: {problem}", UserWarning, stacklevel=6)
