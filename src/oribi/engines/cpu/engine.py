"""The cpu engine behind the interface of all engines."""

from typing import Any

from oribi.engines.engine import Buffer
from oribi.engines.host import HostBuffer, aligned
from oribi.graph.program import Program

from .run.executable import Executable


class CpuEngine:
    """Compiles programs to machine code for the cores of this machine."""

    name = "cpu"

    def compile(self, program: Program) -> Executable:
        """The program as machine code, out of the cache where it is there."""
        return Executable(program)

    def buffer(self, value: Any, dtype: str) -> HostBuffer:
        """A copy of an array."""
        return aligned(value, dtype)

    def holds(self, buffer: Buffer) -> bool:
        """Whether a buffer lies in the host's memory."""
        return isinstance(buffer, HostBuffer)


ENGINE = CpuEngine()
