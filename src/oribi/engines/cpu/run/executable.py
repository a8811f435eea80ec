"""Executable: a compiled Program, and what it takes to call it."""

import ctypes
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from oribi.compiler.rewrite import is_splat
from oribi.engines.cpu.compile import compile_program
from oribi.engines.cpu.debug import debug
from oribi.engines.cpu.emit.foreign import foreign_nodes, raise_failure
from oribi.engines.cpu.target import host
from oribi.engines.host import HostBuffer
from oribi.graph.program import Program, check_arrays

from . import cache, jit, team
from .pace import Pace

Array = Any
SMALL_CONSTANT = 4096  # elements of a constant that is kept on disk beside the code
TEAM_WORK = 250_000  # element operations of a step from which a team is worth waking


class Executable:
    """A Program as machine code. Re-entrant: every `bind` has memory of its own."""

    def __init__(self, program: Program) -> None:
        self.program = program
        name = cache.key(program.fingerprint(), host())
        entry = cache.read(name)
        loaded = self._load(*entry) if entry else False
        if not loaded:
            compiled = compile_program(program, host())
            self.arena, self.work = compiled.arena, compiled.work
            self.constants = [np.ascontiguousarray(c) for c in compiled.constants]
            code = jit.compile_object(compiled.text, host())
            self.code = jit.Code(code)
            elements = [_elements(c) for c in compiled.constants]
            if all(e.size <= SMALL_CONSTANT for e in elements) and not foreign_nodes(program):
                cache.write(name, self._description(elements), code)

    def _description(self, elements: list[Array]) -> dict[str, object]:
        """What `_load` needs beside the code, given the elements of each constant."""
        constants = [
            [c.dtype.str, list(c.shape), e.tobytes().hex()] for c, e in zip(self.constants, elements, strict=True)
        ]
        return {"arena": list(self.arena), "work": self.work, "constants": constants}

    def _load(self, description: dict[str, Any], code: bytes) -> bool:
        """Take over a cached entry; False if it turns out to be no use."""
        try:
            self.arena, self.work = tuple(description["arena"]), int(description["work"])
            self.constants = [
                _array(np.frombuffer(bytes.fromhex(data), dtype), tuple(shape))
                for dtype, shape, data in description["constants"]
            ]
            self.code = jit.Code(code)
        except (KeyError, TypeError, ValueError, RuntimeError):
            return False
        return True

    def pace(self) -> Pace:
        """How many threads it has turned out to run best on."""
        options = (1,) if self.work < TEAM_WORK else team.sizes()
        if self._pace is None or self._pace.options != options:
            self._pace = Pace(options)
        return self._pace

    _pace: Pace | None = None

    def bind(
        self, inputs: Sequence[Array], state: Sequence[HostBuffer], outputs: Sequence[Array], threads: int = 0
    ) -> "Call":
        """A call of this program on these arrays, on a given number of threads, or on those that it turns out to run best on.

        Args:
            inputs: C-contiguous arrays of the program's input shapes and dtypes.
            state: buffers of the same of its state, updated in place.
            outputs: for each output an array of shape (steps, *shape).
        """
        arrays = [buffer.memory for buffer in state]
        check_arrays(self.program, inputs, arrays, outputs)
        return Call(self, (*inputs, *arrays, *self.constants, *outputs), threads)

    def run(self, inputs: Sequence[Array], state: Sequence[Array], steps: int = 1, threads: int = 0) -> list[Array]:
        """`steps` steps; returns the outputs, stacked along a new first axis."""
        outputs = [np.empty((steps, *n.shape), n.dtype) for n in self.program.outputs]
        self.bind(inputs, [HostBuffer(array) for array in state], outputs, threads)(0, steps)
        return outputs


def _elements(constant: Array) -> Array:
    """What has to be kept of a constant: one element, where all are alike."""
    return constant[(slice(1),) * constant.ndim] if is_splat(constant) else constant


def _array(elements: Array, shape: tuple[int, ...]) -> Array:
    """The constant of this shape whose elements were kept."""
    return np.array(np.broadcast_to(elements.reshape(shape if elements.size != 1 else ()), shape), order="C")


class Call:
    """A program bound to arrays: `call(first, last)` runs those steps."""

    def __init__(self, executable: Executable, arrays: tuple[Array, ...], threads: int) -> None:
        shared, private = executable.arena
        self.run = executable.code.run
        self.pace = Pace((threads,)) if threads else executable.pace()
        self.threads = threads = self.pace.options[-1]
        self.memory = np.empty(shared + private * threads + 128, np.uint8)
        if debug("poison"):
            self.memory.fill(0xFF)  # NaN: what is read before it was written shows
        arena = -(-self.memory.ctypes.data // 64) * 64
        pointers = [_address(a) for a in arrays]
        self.table = (ctypes.c_void_p * (len(pointers) + 1))(*pointers, arena)
        self.keep = (executable, arrays)

    def __call__(self, first: int, last: int, threads: int = 0) -> None:
        """Run steps `first` to `last`, on the whole team or on so many of its threads."""
        team.run_together(self.run, threads or self.threads, first, last, self.table)
        raise_failure()

    def advance(self, first: int, most: int) -> int:
        """Run steps from `first` on, as many as take about a twentieth of a second, at most so many; returns how many."""
        threads, steps = self.pace.plan(most)
        start = time.perf_counter()
        self(first, first + steps, threads)
        self.pace.note(threads, steps, time.perf_counter() - start)
        return steps


def _address(array: Array) -> int:
    return int(array.ctypes.data)
