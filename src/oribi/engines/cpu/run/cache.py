"""Object code on disk, so that a program that was compiled once starts without a compile.

One file an entry, named by a digest of the program, the CPU, and the versions of oribi and LLVM. An entry is written aside and
renamed into place; one that cannot be read, or whose checksum does not match, is made anew. A folder that cannot be written
only warns, once.
"""

import hashlib
import json
import os
import stat
import warnings
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from oribi.engines.cpu.target import Target
from oribi.utils.files import writing

MAGIC = b"oribi-object-1\n"
LIMIT = 512 * 2**20  # bytes kept; the least recently used go first


def folder() -> Path:
    """Where the cache is: `ORIBI_CACHE`, else `~/.cache/oribi` (or under `XDG_CACHE_HOME`)."""
    named = os.environ.get("ORIBI_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(named).expanduser() if named else Path(base).expanduser() / "oribi"


@lru_cache(maxsize=1)
def version() -> str:
    """A digest of all that decides what code comes out: the compiler's own sources and LLVM's version."""
    import llvmlite

    digest = hashlib.sha256(llvmlite.__version__.encode())
    package = Path(__file__).parents[3]
    for source in sorted([f for folder in ("graph", "compiler", "engines") for f in package.glob(f"{folder}/**/*.py")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def key(fingerprint: str, target: Target) -> str:
    """The name of a program's entry."""
    parts = (fingerprint, version(), target.triple, target.cpu, target.features, str(target.vector_bits))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read(name: str) -> tuple[dict[str, object], bytes] | None:
    """An entry's description and object code; None when there is none that is whole."""
    try:
        data = (folder() / name).read_bytes()
    except OSError:
        return None
    head, _, rest = data.partition(b"\n\n")
    if not head.startswith(MAGIC) or hashlib.sha256(rest).hexdigest().encode() != head[len(MAGIC) :]:
        return None
    description, _, code = rest.partition(b"\n")
    try:
        os.utime(folder() / name)
        return json.loads(description), code
    except (OSError, ValueError):
        return None


def write(name: str, description: dict[str, object], code: bytes) -> None:
    """Add an entry; a warning if that cannot be done."""
    rest = json.dumps(description).encode() + b"\n" + code
    data = MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n\n" + rest
    try:
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        with writing(place / name, durable=False) as file:
            file.write(data)
        _trim()
    except OSError as error:
        _warn_once(f"compiled code is not cached: {folder()} cannot be written ({error.strerror or error})")


def _entries() -> list[tuple[float, int, Path]]:
    """When each file of the folder was last used, its bytes and its path; other processes may rename and remove them meanwhile."""
    found = []
    for path in folder().iterdir() if folder().is_dir() else ():
        with suppress(FileNotFoundError):
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                found.append((status.st_mtime, status.st_size, path))
    return found


def _trim() -> None:
    """Remove the least recently used entries beyond the limit."""
    entries = _entries()
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries) if total > LIMIT else ():
        path.unlink(missing_ok=True)
        total -= size
        if total <= LIMIT:
            break


@lru_cache(maxsize=None)
def _warn_once(message: str) -> None:
    warnings.warn(message, RuntimeWarning, stacklevel=2)


def size() -> tuple[int, int]:
    """How many entries there are, and their bytes."""
    try:
        sizes = [size for _, size, _ in _entries()]
    except OSError:
        return 0, 0
    return len(sizes), sum(sizes)


def clear() -> tuple[int, int]:
    """Remove every entry; returns how many there were, and their bytes."""
    count = size()
    for _, _, path in _entries():
        path.unlink(missing_ok=True)
    return count
