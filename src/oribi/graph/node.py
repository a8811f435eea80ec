"""Node and Primitive: what a graph is made of."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from oribi.context import current

from . import dtypes
from .kinds import Cost, Kind

Shape = tuple[int, ...]
ShapeRule = Callable[..., tuple[Shape, str]]
GradientRule = Callable[..., "tuple[Node | dict[int, Node] | None, ...]"]


TUPLE = "tuple"  # the dtype of nodes that have several results


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Node:
    """One value of a graph: a primitive applied to operands. Immutable, compared by identity.

    Attributes:
        primitive: what computes it.
        operands: the nodes that it is computed from.
        attributes: the primitive's static arguments.
        shape: sizes of the axes.
        dtype: name of the element type.
        origin: the layer that made it, for error messages; empty outside of layers.
    """

    primitive: "Primitive"
    operands: "tuple[Node, ...]"
    attributes: dict[str, Any]
    shape: Shape
    dtype: str
    origin: str = ""

    @property
    def op(self) -> str:
        return self.primitive.name

    @property
    def kind(self) -> Kind:
        return self.primitive.kind

    @property
    def size(self) -> int:
        return size_of(self.shape)

    def on(self, operands: "tuple[Node, ...]") -> "Node":
        """The same on other operands; the node itself if they are its own."""
        if all(a is b for a, b in zip(operands, self.operands, strict=True)):
            return self
        return Node(self.primitive, operands, self.attributes, self.shape, self.dtype, self.origin)

    def __repr__(self) -> str:
        return f"<{self.op} {self.dtype}{list(self.shape)}>"


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """An operation of the closed set that every engine knows. Calling it makes a node.

    Attributes:
        name: StableHLO's or jax.lax's word for it.
        infer: `infer(*operands, **attributes) -> (shape, dtype)`; raises on operands that do not fit.
        gradient: `gradient(cotangent, node) -> cotangents of the operands`, None where there is none. That of a tuple is a dict
            of those of its results.
        kind: how the elements of its result come about.
        cost: what an element costs.
        linear: whether it is a linear function of its operands; of `pad` where it pads with zeros.
        combine: the elementwise primitive that a reduction, a running sum or a scatter combines two elements with. None of those
            that replace one by the other, and of other kinds.
        bodies: the attributes that are programs.
    """

    name: str
    infer: ShapeRule
    gradient: GradientRule
    kind: Kind
    cost: Cost = Cost.COSTLY
    linear: bool = False
    combine: "Primitive | None" = None
    bodies: tuple[str, ...] = ()

    def __call__(self, *operands: Node, **attributes: Any) -> Node:
        shape, dtype = self.infer(*operands, **attributes)
        return Node(self, operands, attributes, shape, dtype, current.origin)

    def __repr__(self) -> str:
        return self.name


class GraphError(ValueError):
    """Operands that do not fit a primitive, in the words of shapes and dtypes."""


def size_of(shape: Iterable[int]) -> int:
    """The number of elements of a shape."""
    size = 1
    for extent in shape:
        size *= extent
    return size


def no_gradient(cotangent: Node, node: Node) -> tuple[None, ...]:
    """The rule of primitives that are flat, or whose operands are not floats."""
    return (None,) * len(node.operands)


def _infer_constant(*, value: np.ndarray) -> tuple[Shape, str]:
    return value.shape, dtypes.canonical(value.dtype)


def _infer_parameter(*, name: str, shape: Shape, dtype: str) -> tuple[Shape, str]:
    return tuple(shape), dtypes.canonical(dtype)


constant_p = Primitive("constant", _infer_constant, no_gradient, Kind.LEAF, Cost.FREE)
parameter_p = Primitive("parameter", _infer_parameter, no_gradient, Kind.LEAF, Cost.FREE)

TABLE = {p.name: p for p in (constant_p, parameter_p)}


def constant(value: Any, dtype: str | None = None) -> Node:
    """A node that holds a NumPy array. The array must not change afterwards."""
    return constant_p(value=np.asarray(value, dtype=dtype))


def parameter(name: str, shape: Shape, dtype: str) -> Node:
    """A node whose value is given when the program runs."""
    return parameter_p(name=name, shape=tuple(shape), dtype=dtype)


def topological(outputs: Iterable[Node], known: Container[Node] | None = None) -> list[Node]:
    """Every node that the outputs depend on, operands before users; not what lies under those that are known. Depth is no limit.

    >>> x = parameter("x", (2,), "float32")
    >>> topological([x])
    [<parameter float32[2]>]
    """
    order: list[Node] = []
    seen: set[Node] = set()
    stack = list(outputs)[::-1]
    while stack:
        node = stack[-1]
        if node in seen:
            stack.pop()
            continue
        ready = True
        if known is None or node not in known:
            for operand in reversed(node.operands):
                if operand not in seen:
                    stack.append(operand)
                    ready = False
        if ready:
            stack.pop()
            seen.add(node)
            order.append(node)
    return order
