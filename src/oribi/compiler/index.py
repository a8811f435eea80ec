"""Affine index arithmetic: which element of a buffer a point of a loop nest reads.

A view (reshape, transpose, broadcast, slice, reverse) is never copied: it is a function from the index of its result to the
index of its operand. As long as indices stay affine in the loop variables, every load's address is a sum of
`coefficient * variable`, and whether it is contiguous along the vector axis can be read off its coefficient.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from oribi.graph.kinds import Kind
from oribi.graph.node import Node, Shape
from oribi.graph.structural import reshape_p


@dataclass(frozen=True, slots=True, eq=False)
class Var:
    """An integer in 0 ... extent - 1: a loop variable, or an index found in memory.

    Attributes:
        name: what prints.
        extent: one more than its largest value.
        value: what the emitter computes it with (an LLVM value); None while planning.
        lanes: it differs from lane to lane; `step` says whether as base + lane, or arbitrarily.
        consecutive: a varying one whose lanes are base, base + 1, ...
    """

    name: str
    extent: int
    value: object = None
    lanes: bool = False
    consecutive: bool = True

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Affine:
    """`constant + sum of coefficient * variable`."""

    terms: dict[Var, int] = field(default_factory=dict)
    constant: int = 0

    def __add__(self, other: "Affine | int") -> "Affine":
        if isinstance(other, int):
            return Affine(self.terms, self.constant + other)
        terms = dict(self.terms)
        for var, coefficient in other.terms.items():
            total = terms.get(var, 0) + coefficient
            if total:
                terms[var] = total
            else:
                terms.pop(var, None)
        return Affine(terms, self.constant + other.constant)

    def __mul__(self, factor: int) -> "Affine":
        if factor == 0:
            return ZERO
        return Affine({var: c * factor for var, c in self.terms.items()}, self.constant * factor)

    def coefficient(self, var: Var) -> int:
        return self.terms.get(var, 0)

    def bounds(self) -> tuple[int, int]:
        """Its least and its largest value."""
        low = high = self.constant
        for var, coefficient in self.terms.items():
            reach = coefficient * (var.extent - 1)
            low, high = low + min(reach, 0), high + max(reach, 0)
        return low, high

    def key(self) -> tuple[object, ...]:
        return (self.constant, *sorted((id(var), c) for var, c in self.terms.items()))

    def is_var(self, var: Var) -> bool:
        return self.constant == 0 and len(self.terms) == 1 and self.terms.get(var) == 1

    def __str__(self) -> str:
        parts = [f"{c}*{var}" if c != 1 else str(var) for var, c in self.terms.items()]
        return " + ".join([*parts, str(self.constant)] if self.constant or not parts else parts)


ZERO = Affine()
Dims = tuple[Affine, ...]


def of(var: Var) -> Affine:
    return Affine({var: 1})


def row_major(shape: Shape) -> tuple[int, ...]:
    """Elements from one index of each axis to the next."""
    strides, stride = [], 1
    for extent in reversed(shape):
        strides.append(stride)
        stride *= extent
    return tuple(reversed(strides))


def flatten(dims: Dims, shape: Shape) -> Affine:
    """The row-major position of an index."""
    flat = ZERO
    for dim, stride in zip(dims, row_major(shape), strict=True):
        flat = flat + dim * stride
    return flat


def unflatten(flat: Affine, shape: Shape) -> Dims | None:
    """The index of a row-major position, where that is affine; None where it takes a division.

    An axis takes the terms that are multiples of its stride; the rest must stay below the stride.
    """
    dims: list[Affine] = []
    for extent, stride in zip(shape, row_major(shape), strict=True):
        if extent == 1:
            dims.append(ZERO)
            continue
        quotient, remainder = divmod(flat.constant, stride) if stride else (0, 0)
        mine = {v: c // stride for v, c in flat.terms.items() if c % stride == 0}
        rest = Affine({v: c for v, c in flat.terms.items() if c % stride}, remainder)
        low, high = rest.bounds()
        if low < 0 or high >= stride:
            return None
        dims.append(Affine(mine, quotient))
        flat = rest
    return tuple(dims)


# --- views: the operand's index from the result's ---------------------------------------------------------------------


def reshape_groups(shape: Shape, other: Shape) -> list[tuple[slice, slice]]:
    """Runs of axes of two shapes that hold the same elements: a reshape moves indices within each run only.

    >>> reshape_groups((4, 26, 3), (4, 13, 2, 3))
    [(slice(0, 1, None), slice(0, 1, None)), (slice(1, 2, None), slice(1, 3, None)), (slice(2, 3, None), slice(3, 4, None))]
    """
    if 0 in shape:
        return [(slice(0, len(shape)), slice(0, len(other)))]
    groups, i, j = [], 0, 0
    while i < len(shape) or j < len(other):
        first, start, left, right = i, j, 1, 1
        while True:
            if left <= right and i < len(shape) and (left < right or i == first):
                left, i = left * shape[i], i + 1
            elif j < len(other) and (right < left or j == start):
                right, j = right * other[j], j + 1
            else:
                break
        groups.append((slice(first, i), slice(start, j)))
    return groups


def _reshape(node: Node, dims: Dims) -> Dims | None:
    operand = node.operands[0]
    result: list[Affine] = []
    for mine, theirs in reshape_groups(node.shape, operand.shape):
        part = unflatten(flatten(dims[mine], node.shape[mine]), operand.shape[theirs])
        if part is None:
            return None
        result += part
    return tuple(result)


def _transpose(node: Node, dims: Dims) -> Dims:
    permutation = node.attributes["permutation"]
    return tuple(dims[permutation.index(axis)] for axis in range(len(dims)))


def _broadcast(node: Node, dims: Dims) -> Dims:
    operand = node.operands[0]
    axes = node.attributes["axes"]
    return tuple(ZERO if n == 1 else dims[axis] for n, axis in zip(operand.shape, axes, strict=True))


def _slice(node: Node, dims: Dims) -> Dims:
    starts, strides = node.attributes["start"], node.attributes["strides"]
    return tuple(dim * step + lo for dim, lo, step in zip(dims, starts, strides, strict=True))


def _reverse(node: Node, dims: Dims) -> Dims:
    axes = node.attributes["axes"]
    return tuple(
        dim * -1 + (n - 1) if a in axes else dim for a, (dim, n) in enumerate(zip(dims, node.shape, strict=True))
    )


def _windows(node: Node, dims: Dims) -> Dims:
    """Place * stride + tap * dilation along each axis."""
    last = len(node.operands[0].shape) - 1
    places, taps = (*dims[:last], dims[-1]), dims[last:-1]
    rows = zip(places, taps, node.attributes["sliding"], strict=True)
    return tuple(place * stride + tap * dilation for place, tap, (_, stride, dilation) in rows)


VIEWS: dict[str, Callable[[Node, Dims], Dims | None]] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast_in_dim": _broadcast,
    "slice": _slice,
    "reverse": _reverse,
    "windows": _windows,
}


def flat_index(dims: Dims, shape: Shape) -> Affine:
    """The row-major position; where that alone is known, it is the only dimension."""
    return dims[0] if len(dims) == 1 and len(shape) != 1 else flatten(dims, shape)


def below_view(node: Node, dims: Dims, is_buffer: Callable[[Node], bool]) -> Dims | None:
    """The operand's index of an affine view; of a reshaped buffer the position is enough."""
    if node.primitive is reshape_p and is_buffer(node.operands[0]):
        return (flat_index(dims, node.shape),)
    return VIEWS[node.op](node, dims)


def through_views(node: Node, dims: Dims, is_buffer: Callable[[Node], bool]) -> tuple[Node, Dims]:
    """Follow affine views down from `node`, to a buffer or the first node that is no such view, and the index there."""
    while node.kind is Kind.VIEW and not is_buffer(node):
        below = below_view(node, dims, is_buffer)
        if below is None:
            break
        node, dims = node.operands[0], below
    return node, dims


def _under(node: Node) -> tuple[Node, tuple[Var, ...], Dims]:
    """The buffer that will lie under a node's views, and the index in it of a point of the node."""
    variables = axis_vars(node.shape, "a")
    is_buffer = lambda n: n.kind in (Kind.LEAF, Kind.COPY)
    base, dims = through_views(node, tuple(map(of, variables)), is_buffer)
    return base, variables, dims


def buffer_under(node: Node) -> Node:
    """The buffer that will lie under a node's views."""
    return _under(node)[0]


def stride_of(node: Node, axis: int) -> int:
    """Elements between neighbours along an axis, in the buffer that will lie under the node's views."""
    base, variables, dims = _under(node)
    return flat_index(dims, base.shape).coefficient(variables[axis])


def axis_vars(shape: Shape, prefix: str) -> tuple[Var, ...]:
    return tuple(Var(f"{prefix}{axis}", extent) for axis, extent in enumerate(shape))
