"""Zip archives of strangers: read only after their table of contents was found to be sane."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import FileProblem

EXPANSION = 100  # how many times its stored size a member may grow; what Keras and oribi write is not packed at all
MEMBERS = 10_000
JSON_DEPTH, JSON_NODES = 100, 2_000_000


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive whose members have plain names, do not overlap, and grow no more than `EXPANSION` times.

    Raises:
        FileProblem: it is no such archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(path, archive.infolist())
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise FileProblem(path, f"is no whole zip archive: {error}") from None


def _check(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MEMBERS:
        raise FileProblem(path, f"has {len(members)} members; at most {MEMBERS} are read")
    names = [m.filename for m in members]
    if len(set(names)) != len(names):
        raise FileProblem(path, "has two members of one name: two readers could see two different models")
    end = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        parts = member.filename.replace("\\", "/").split("/")
        if member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in member.filename:
            raise FileProblem(path, f"has a member whose name leads out of the archive: {member.filename!r}")
        if member.flag_bits & 1:
            raise FileProblem(path, f"has an encrypted member, {member.filename!r}")
        if member.file_size > EXPANSION * member.compress_size + 4096:
            raise FileProblem(
                path,
                f"says that {member.filename!r} grows from {member.compress_size} to {member.file_size} bytes, "
                f"more than {EXPANSION} times: it may be a bomb",
            )
        if member.header_offset < end:
            raise FileProblem(path, f"has overlapping members, {member.filename!r} is one")
        end = member.header_offset + 30 + len(member.filename) + member.compress_size


def read(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """The content of a member, checked against its checksum.

    Raises:
        FileProblem: it is not there, or not whole.
    """
    try:
        return archive.read(name)
    except KeyError:
        raise FileProblem(path, f"has no {name}; it has {archive.namelist()[:10]}") from None
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise FileProblem(path, f"has a damaged {name}: {error}") from None
    except Exception as error:  # the decompressors have errors of their own
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise FileProblem(path, f"has a damaged {name}: {error}") from None
        raise


def parsed(path: Path | str, text: bytes | str, what: str = "config") -> Any:
    """JSON of bounded depth and size.

    Raises:
        FileProblem: it is none.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise FileProblem(path, f"has a {what} that is nested too deeply") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise FileProblem(path, f"has a {what} that is no JSON: {error}") from None
    level, depth, count = [found], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > JSON_DEPTH or count > JSON_NODES:
            raise FileProblem(path, f"has a {what} that is too deep or too large (depth {depth}, {count} entries)")
        level = [
            child
            for entry in level
            if isinstance(entry, dict | list)
            for child in (entry.values() if isinstance(entry, dict) else entry)
        ]
    return found
