"""Reverse mode: gradients as more nodes of the same graph."""

from collections.abc import Collection, Sequence

import numpy as np

from . import dtypes
from .elementwise import add, full_like
from .node import TUPLE, GraphError, Node, constant, topological

Cotangent = Node | dict[int, Node]


def grad(
    output: Node, inputs: Sequence[Node], cotangent: Node | None = None, given: Collection[Node] = ()
) -> list[Node]:
    """The gradient of `output` with respect to each of `inputs`.

    Args:
        output: a float node; a scalar unless `cotangent` is given.
        inputs: nodes that `output` may depend on.
        cotangent: what the output's own gradient is; ones by default.
        given: nodes that count as constants or inputs, whatever they were computed from.

    Returns:
        One node for each input, of its shape and dtype; zeros where `output` does not depend on it.

    Raises:
        GraphError: `output` is not a float, or not a scalar and there is no cotangent.
    """
    if not dtypes.is_float(output.dtype):
        raise GraphError(f"gradients need a float output, got {output!r}")
    if cotangent is None:
        if output.shape != ():
            raise GraphError(f"gradients without a cotangent need a scalar output, got {output!r}")
        cotangent = constant(np.ones((), output.dtype))
    return backward([(output, cotangent)], inputs, given)


def backward(outputs: Sequence[tuple[Node, Node]], inputs: Sequence[Node], given: Collection[Node] = ()) -> list[Node]:
    """The gradient of outputs, each with its cotangent, with respect to each of `inputs`; the rest is as in `grad`."""
    found = connected(outputs, inputs, given)
    return [full_like(x, 0) if ct is None else ct for x, ct in zip(inputs, found, strict=True)]


def connected(
    outputs: Sequence[tuple[Node, Node]], inputs: Sequence[Node], given: Collection[Node] = ()
) -> list[Node | None]:
    """As `backward`, with None in place of zeros for an input that no output depends on."""
    wanted, given = set(inputs), set(given)
    order = topological([output for output, _ in outputs])
    reaches = _reaching(order, wanted, given)
    cotangents: dict[Node, Cotangent] = {}
    for output, ct in outputs:
        _accumulate(cotangents, output, ct)
    for node in reversed(order):
        known = cotangents.get(node)
        if known is None or node not in reaches or node in given or (node in wanted and not node.operands):
            continue
        for operand, contribution in zip(node.operands, node.primitive.gradient(known, node), strict=True):
            if contribution is not None and operand in reaches:
                _accumulate(cotangents, operand, contribution)
    return [cotangents.get(x) for x in inputs]  # type: ignore[misc]


def _accumulate(cotangents: dict[Node, Cotangent], node: Node, more: Cotangent) -> None:
    """Add to what is known of a node's cotangent; that of a tuple is a dict, one for each of its results that has one."""
    known = cotangents.get(node)
    if isinstance(more, dict):
        parts: dict[int, Node] = cotangents.setdefault(node, {})  # type: ignore[assignment]
        for index, ct in more.items():
            parts[index] = add(parts[index], ct) if index in parts else ct
    else:
        cotangents[node] = more if known is None else add(known, more)  # type: ignore[arg-type]


def _reaching(order: list[Node], targets: set[Node], given: set[Node]) -> set[Node]:
    """The nodes of `order` that depend on a target through floats, but not through what is given."""
    reaching: set[Node] = set()
    for node in order:
        depends = node not in given and any(o in reaching for o in node.operands)
        if (dtypes.is_float(node.dtype) or node.dtype == TUPLE) and (node in targets or depends):
            reaching.add(node)
    return reaching
