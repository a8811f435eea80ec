"""What an engine is: something that compiles Programs and keeps the arrays that they change where it computes."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from oribi.graph.program import Program


class Buffer(Protocol):
    """An array where an engine computes: the value of a variable."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def numpy(self) -> np.ndarray:
        """The value in the host's memory, to be read only. It may be the memory of the buffer itself."""

    def write(self, value: Any) -> None:
        """Set the elements to those of an array of the same shape."""


class Call(Protocol):
    """A program bound to arrays."""

    def advance(self, first: int, most: int) -> int:
        """Run steps from number `first` on, as many as take a short time, at most so many; returns how many."""


class Executable(Protocol):
    """A compiled program. One may be bound to several sets of arrays, and called from several threads."""

    program: Program

    def bind(self, inputs: Sequence[np.ndarray], state: Sequence[Any], outputs: Sequence[np.ndarray]) -> Call:
        """A call of this program on these arrays.

        Args:
            inputs: C-contiguous arrays of the program's input shapes and dtypes.
            state: a buffer of this engine for each of its state; each step leaves the new value there.
            outputs: for each output an array of shape (steps, *shape), into which step k writes its row k.

        Raises:
            ValueError: an array of another shape or dtype.
        """


class Engine(Protocol):
    """Compiles programs for a machine.

    Attributes:
        name: of its folder; what `oribi.config.set_engine` takes.
    """

    name: str

    def compile(self, program: Program) -> Executable:
        """The program, ready to run."""

    def buffer(self, value: Any, dtype: str) -> Buffer:
        """A buffer of its own with the elements of an array."""

    def holds(self, buffer: Buffer) -> bool:
        """Whether a buffer is one that its executables take, rather than another engine's."""
