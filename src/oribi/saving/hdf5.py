"""HDF5 files of strangers: only what lies in the file itself is read, and only as much as is stored.

Links to other files, data kept elsewhere, and arrays that claim more than is there are refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import FileProblem

if TYPE_CHECKING:
    import h5py

EXPANSION = 1000  # how many times its stored size a packed array may grow


@contextmanager
def opened(path: Path | str, data: bytes | None = None) -> "Iterator[Group]":
    """The root of a file, or of the file that `data` would be.

    Raises:
        FileProblem: it is no HDF5 file, or a damaged one.
    """
    import h5py

    try:
        file = h5py.File(h5py.h5f.open_file_image(data)) if data is not None else h5py.File(path, "r")
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise FileProblem(path, f"is no whole HDF5 file: {error}") from None
    with file:
        yield Group(path, file, "")


class Group:
    """A group of an HDF5 file, read with care.

    Args:
        path: the file, for messages.
        group: h5py's.
        name: of the group, for messages.
    """

    def __init__(self, path: Path | str, group: "h5py.Group", name: str) -> None:
        self.path, self._group, self.name = path, group, name

    def __iter__(self) -> Iterator[str]:
        with self._reading(self.name):
            names = list(self._group)
        if not all(isinstance(name, str) for name in names):
            raise FileProblem(self.path, f"is damaged at {self.name or '/'!r}: a name in it is no text")
        return iter(names)

    def __contains__(self, name: str) -> bool:
        with self._reading(name):
            return name in self._group

    def _child(self, name: str) -> Any:
        import h5py

        where = f"{self.name}/{name}"
        with self._reading(where):
            link = self._group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise FileProblem(
                    self.path, f"has a link out of it at {where!r} ({type(link).__name__}), which is not followed"
                )
            return self._group[name]

    def group(self, name: str) -> "Group | None":
        """A group in this one, down a path; None where there is none."""
        import h5py

        here = self
        for part in name.split("/"):
            if part not in here:
                return None
            child = here._child(part)
            if not isinstance(child, h5py.Group):
                return None
            here = Group(self.path, child, f"{here.name}/{part}")
        return here

    def groups(self) -> "dict[str, Group]":
        """The groups in this one, by name."""
        found = {name: self.group(name) for name in self}
        return {name: group for name, group in found.items() if group is not None}

    def array(self, name: str) -> "Stored":
        """An array in this group, down a path.

        Raises:
            FileProblem: there is none, or it lies in another file.
        """
        import h5py

        *parents, last = name.split("/")
        here = self.group("/".join(parents)) if parents else self
        where = f"{self.name}/{name}"
        if here is None or last not in here:
            raise FileProblem(self.path, f"has no array {where!r}")
        child = here._child(last)
        if not isinstance(child, h5py.Dataset):
            raise FileProblem(self.path, f"has a group at {where!r} where an array should be")
        return Stored(self.path, where, child)

    def attribute(self, name: str) -> Any:
        """An attribute of the group; None where there is none."""
        with self._reading(f"{self.name}@{name}"):
            return self._group.attrs.get(name)

    @contextmanager
    def _reading(self, where: str) -> Iterator[None]:
        try:
            yield
        except FileProblem:
            raise
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            raise FileProblem(self.path, f"is damaged at {where!r}: {error}") from None


class Stored:
    """An array in a file, looked at before any of it is read.

    Attributes:
        shape, dtype: as the file says.
    """

    def __init__(self, path: Path | str, name: str, data: "h5py.Dataset") -> None:
        self.path, self.name, self._data = path, name, data
        try:
            self.shape, self.dtype = tuple(data.shape or ()), data.dtype
            elsewhere, size = bool(data.external) or data.is_virtual, data.id.get_storage_size()
        except (OSError, RuntimeError, ValueError, TypeError) as error:
            raise FileProblem(path, f"is damaged at {name!r}: {error}") from None
        if elsewhere:
            raise FileProblem(path, f"keeps the array {name!r} in another file, which is not opened")
        if self.dtype.kind not in "fiubV":
            raise FileProblem(path, f"has an array {name!r} of {self.dtype}, which is no number")
        claimed = int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize
        packed = data.chunks is not None
        if claimed > (size * EXPANSION if packed else size):
            raise FileProblem(path, f"says that the array {name!r} has {claimed} bytes, and holds {size}")

    def read(self) -> np.ndarray:
        """The array's values.

        Raises:
            FileProblem: they cannot be read.
        """
        try:
            return np.asarray(self._data[()])
        except (OSError, RuntimeError, ValueError, TypeError, MemoryError) as error:
            raise FileProblem(self.path, f"is damaged at {self.name!r}: {error}") from None
