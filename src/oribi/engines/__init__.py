"""Ways to run a Program, each in a folder of its own behind one interface (`engine.py`).

- `reference`: NumPy, the definition of what every primitive means, and what evaluates eager expressions on every engine.
- `cpu`: the compiler; machine code through LLVM on every core.

In:   a `Program`, then arrays.
Out:  the arrays that it computes; buffers of state are updated in place.
Must not know: layers, tensors, who calls.

What lies above asks for `current()`, and names no engine.
"""

import importlib
import os
import pkgutil
from functools import cache

from .engine import Buffer, Call, Engine, Executable
from .reference.kept import keep, value_of

DEFAULT = "cpu"
_chosen: list[Engine] = []  # the engine that programs are compiled by; none before the first is


def names() -> list[str]:
    """The engines that there are: the folders here."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


@cache
def engine(name: str) -> Engine:
    """The engine of a name.

    Raises:
        ValueError: there is none.
    """
    if name not in names():
        raise ValueError(f"there is no engine {name!r}; there are {', '.join(map(repr, names()))}")
    found: Engine = importlib.import_module(f"{__name__}.{name}.engine").ENGINE
    return found


def current() -> Engine:
    """The engine that programs are compiled by: the one that was chosen, else what `ORIBI_ENGINE` names, else `cpu`."""
    if not _chosen:
        choose(os.environ.get("ORIBI_ENGINE") or DEFAULT)
    return _chosen[0]


def choose(name: str) -> None:
    """Have programs compiled by another engine from now on.

    Raises:
        ValueError: there is none of this name.
    """
    _chosen[:] = [engine(name)]


__all__ = ["Buffer", "Call", "Engine", "Executable", "choose", "current", "engine", "keep", "names", "value_of"]
