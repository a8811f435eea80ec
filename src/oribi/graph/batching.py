"""batched: the values of nodes for all slices of an array at once, out of the nodes for one slice."""

from collections.abc import Callable, Iterable, Mapping

from .contraction import dot_general, free_axes
from .kinds import Kind
from .node import Node, topological
from .reductions import broadcast_in_dim
from .structural import reshape, transpose


def batched(nodes: Iterable[Node], slices: Mapping[Node, Node], fixed: Mapping[Node, Node]) -> dict[Node, Node]:
    """Each of the nodes for every slice, along a new first axis; without those for which a primitive on the way has no rule.

    Args:
        nodes: in terms of parameters.
        slices: for parameters that stand for a slice, the array of all slices.
        fixed: for parameters that are the same for all, their value.
    """
    (length,) = {stack.shape[0] for stack in slices.values()}
    new: dict[Node, tuple[Node, bool] | None] = {p: (value, False) for p, value in fixed.items()}
    new |= {p: (stack, True) for p, stack in slices.items()}
    for one in topological(nodes):
        if one not in new:
            operands = [known for o in one.operands if (known := new[o]) is not None]
            new[one] = _batched(one, operands, length) if len(operands) == len(one.operands) else None
    return {node: _spread(*known, length) for node in nodes if (known := new[node]) is not None}


def _batched(node: Node, operands: "Operands", length: int) -> tuple[Node, bool] | None:
    if not any(varies for _, varies in operands):
        return node.on(tuple(n for n, _ in operands)), False
    rule = RULES.get(node.op) or RULES.get(node.kind)
    made = rule(node, operands, length) if rule else None
    return None if made is None else (made, True)


def _spread(value: Node, varies: bool, length: int) -> Node:
    """A value for every slice, also where it is the same for all."""
    return value if varies else broadcast_in_dim(value, (length, *value.shape), _behind(tuple(range(len(value.shape)))))


Operands = list[tuple[Node, bool]]
Rule = Callable[[Node, Operands, int], "Node | None"]


def _elementwise(node: Node, operands: Operands, length: int) -> Node:
    return node.primitive(*(_spread(*operand, length) for operand in operands), **node.attributes)


def _reshape(node: Node, operands: Operands, length: int) -> Node:
    return reshape(operands[0][0], (length, *node.shape))


def _transpose(node: Node, operands: Operands, length: int) -> Node:
    return transpose(operands[0][0], (0, *(axis + 1 for axis in node.attributes["permutation"])))


def _broadcast(node: Node, operands: Operands, length: int) -> Node:
    axes = (0, *(axis + 1 for axis in node.attributes["axes"]))
    return broadcast_in_dim(operands[0][0], (length, *node.shape), axes)


def _reduction(node: Node, operands: Operands, length: int) -> Node:
    return node.primitive(operands[0][0], axes=tuple(axis + 1 for axis in node.attributes["axes"]))


def _along_axes(first: Mapping[str, int]) -> Rule:
    """Attributes with a value for each axis: `first` has those of the new axis, where they do not depend on its length."""

    def rule(node: Node, operands: Operands, length: int) -> Node:
        more = {k: (length if v < 0 else v, *node.attributes[k]) for k, v in first.items()}
        return node.primitive(operands[0][0], **{**node.attributes, **more})

    return rule


def _behind(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Axes, after one more was put before them."""
    return tuple(axis + 1 for axis in axes)


def _dot(node: Node, operands: Operands, length: int) -> Node:
    """The new axis is a free axis of the one operand that has it, or a batch axis of both; it comes first in the result."""
    (lhs, left), (rhs, right) = operands
    contract, batch = node.attributes["contract"], node.attributes["batch"]
    if left and right:
        batch = (0, *_behind(batch[0])), (0, *_behind(batch[1]))
        return dot_general(lhs, rhs, (_behind(contract[0]), _behind(contract[1])), batch)
    dims = [
        (_behind(c), _behind(b)) if varies else (c, b)
        for c, b, (_, varies) in zip(contract, batch, operands, strict=True)
    ]
    product = dot_general(lhs, rhs, (dims[0][0], dims[1][0]), (dims[0][1], dims[1][1]))
    at = len(batch[0]) + (0 if left else len(free_axes(len(lhs.shape), contract[0], batch[0])))
    rank = len(product.shape)
    return transpose(product, (at, *(axis for axis in range(rank) if axis != at)))


def _conv(node: Node, operands: Operands, length: int) -> Node | None:
    """Of the operand's slices alone: they are more rows of the batch."""
    (lhs, left), (rhs, right) = operands
    if not left or right:
        return None
    rows = reshape(lhs, (length * lhs.shape[1], *lhs.shape[2:]))
    return reshape(node.primitive(rows, rhs, **node.attributes), (length, *node.shape))


RULES: dict[str | Kind, Rule] = {
    Kind.ELEMENTWISE: _elementwise,
    Kind.REDUCTION: _reduction,
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast_in_dim": _broadcast,
    "slice": _along_axes({"start": 0, "limit": -1, "strides": 1}),
    "pad": _along_axes({"low": 0, "high": 0, "interior": 0}),
    "dot_general": _dot,
    "conv_general_dilated": _conv,
}
