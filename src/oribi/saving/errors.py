"""What is wrong with a file."""

from pathlib import Path


class FileProblem(ValueError):
    """A file that is not what it should be.

    Args:
        path: of the file.
        problem: what is wrong, to follow its name: `has no config.json`.
    """

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path} {problem}")
