"""Buffers in the host's memory, for engines that compute there."""

from typing import Any

import numpy as np

ALIGNMENT = 64  # bytes of a cache line: a vector that straddles two of them costs two loads


class HostBuffer:
    """An array in the host's memory.

    Args:
        memory: the array itself, which programs change in place.
    """

    __slots__ = ("memory",)

    def __init__(self, memory: np.ndarray) -> None:
        self.memory = memory

    @property
    def shape(self) -> tuple[int, ...]:
        return self.memory.shape

    def numpy(self) -> np.ndarray:
        """The memory."""
        return self.memory

    def write(self, value: Any) -> None:
        """Set the elements."""
        self.memory[...] = value


def aligned(value: Any, dtype: str) -> HostBuffer:
    """A buffer with a copy of an array, which starts at a cache line."""
    source = np.asarray(value, dtype=dtype)
    room = np.empty(source.nbytes + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    memory = room[start : start + source.nbytes].view(dtype).reshape(source.shape)
    memory[...] = source
    return HostBuffer(memory)
