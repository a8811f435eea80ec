"""Files that are whole at every moment: written aside, then renamed into place."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def writing(path: str | os.PathLike[str], durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `path` when the block ends well, and vanishes when it does not.

    Args:
        path: what is there already stays as it is until then, whatever happens.
        durable: wait until the disk has it, so that a power cut leaves the old file or the new one, and no empty one.

    Raises:
        OSError: it cannot be written; `path` is untouched.
    """
    place = Path(os.path.realpath(path))
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(f"{path} is there and may not be written to")
    aside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        with open(aside, "xb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(aside, place)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's entries, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
