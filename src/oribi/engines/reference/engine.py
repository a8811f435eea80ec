"""The reference engine behind the interface of all engines: every step interpreted with NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from oribi.engines.engine import Buffer
from oribi.engines.host import HostBuffer, aligned
from oribi.graph.program import Program, check_arrays

from .evaluate import run


class ReferenceEngine:
    """Interprets programs."""

    name = "reference"

    def compile(self, program: Program) -> "ReferenceExecutable":
        """The program as it is."""
        return ReferenceExecutable(program)

    def buffer(self, value: Any, dtype: str) -> HostBuffer:
        """A copy of an array."""
        return aligned(value, dtype)

    def holds(self, buffer: Buffer) -> bool:
        """Whether a buffer lies in the host's memory."""
        return isinstance(buffer, HostBuffer)


class ReferenceExecutable:
    """A program to be interpreted."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def bind(
        self, inputs: Sequence[np.ndarray], state: Sequence[HostBuffer], outputs: Sequence[np.ndarray]
    ) -> "ReferenceCall":
        """A call on these arrays."""
        arrays = [buffer.memory for buffer in state]
        check_arrays(self.program, inputs, arrays, outputs)
        return ReferenceCall(self.program, inputs, arrays, outputs)


class ReferenceCall:
    """A program and the arrays that it is interpreted on."""

    def __init__(
        self,
        program: Program,
        inputs: Sequence[np.ndarray],
        state: Sequence[np.ndarray],
        outputs: Sequence[np.ndarray],
    ) -> None:
        self.program, self.inputs, self.state, self.outputs = program, inputs, state, outputs

    def advance(self, first: int, most: int) -> int:
        """Run one step."""
        for place, (value,) in zip(self.outputs, run(self.program, self.inputs, self.state), strict=True):
            place[first] = value
        return 1


ENGINE = ReferenceEngine()
