"""`random_bits`: counter-based random numbers, the same bits on every engine and any number of threads.

Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
used as JAX does in its partitionable mode: element i of the result is the two halves of threefry(key, i) xored.
"""

from .kinds import Kind
from .node import GraphError, Node, Primitive, Shape, no_gradient

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def _infer_random_bits(key: Node, *, shape: Shape) -> tuple[Shape, str]:
    if key.shape != (2,) or key.dtype != "uint32":
        raise GraphError(f"random_bits needs a key of uint32[2], got {key!r}")
    return tuple(shape), "uint32"


random_bits_p = Primitive("random_bits", _infer_random_bits, no_gradient, Kind.GENERATOR)


def random_bits(key: Node, shape: Shape) -> Node:
    """Uniform random uint32 of `shape`, a function of `key` and the element's row-major position."""
    return random_bits_p(key, shape=tuple(shape))


TABLE = {random_bits_p.name: random_bits_p}
