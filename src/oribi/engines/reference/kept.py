"""The value of a node that was put off, computed once however many expressions read it.

While a graph is evaluated, values that something outside of it refers to are kept for as long as their nodes live: a tensor that
the user holds may be looked at through another expression next, and the heads of a model that wait for their turn share a trunk.
What only the graph itself refers to is forgotten, as is a kept value once nothing outside refers to its node any more.
"""

from collections.abc import Mapping, Sequence
from sys import getrefcount
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from oribi.graph.elementwise import neg
from oribi.graph.node import Node, constant, topological

from .evaluate import evaluate_in_order

Array = Any


class Holder(Protocol):
    """What refers to a node, such as a tensor."""

    node: Node


_kept: WeakKeyDictionary[Node, Array] = WeakKeyDictionary()


class _Known(dict[Node, Array]):
    """The kept values that a walk comes across, found when it asks whether they are there."""

    def __contains__(self, node: object) -> bool:
        value = _kept.get(node)  # type: ignore[call-overload]
        if value is not None:
            self[node] = value  # type: ignore[index]
        return value is not None


def value_of(holder: Holder) -> Array:
    """The value of the holder's node, which depends on no parameter."""
    known = _Known() if _kept else None
    order = topological([holder.node], known)
    held = _held(order, known or {})
    values = evaluate_in_order(order, known)
    for node in known or ():
        if node not in held:
            _kept.pop(node, None)
    for node in held:
        _kept[node] = values[node]
    return values[order[-1]]


def keep(node: Node, value: Array) -> None:
    """Keep the value of a node for as long as the node lives."""
    _kept[node] = value


def _held(order: Sequence[Node], known: Mapping[Node, Array]) -> set[Node]:
    """The nodes that something refers to beside the others, the table of known ones, and the holder of the last one; leaves do not
    count."""
    inside = _references_between(order, known)
    return {node for node in order if node.operands and getrefcount(node) - inside.get(node, 0) > ALONE}


def _references_between(order: Sequence[Node], known: Mapping[Node, Array]) -> dict[Node, int]:
    inside = dict.fromkeys(known, 1)
    for node in order:
        for operand in node.operands:
            inside[operand] = inside.get(operand, 0) + 1
    return inside


def _alone() -> int:
    """How many references are counted to a node that only one holder or one other node refers to."""

    class Only:
        node = neg(neg(constant(np.zeros(()))))

    order = topological([Only.node])
    inside = _references_between(order, {})
    return max([getrefcount(node) - inside.get(node, 0) for node in order])


ALONE = _alone()
