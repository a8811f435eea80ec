"""What the passes over a Program share: rewriting nodes by rules, operands first, and merging those that are alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from oribi.graph.kinds import Kind
from oribi.graph.node import Node, constant, constant_p, parameter_p, topological
from oribi.graph.program import Program

MERGE_LIMIT = 4096  # elements of constants that are compared by value


@dataclass
class Context:
    """What rewrite rules may ask about the graph they rewrite.

    Attributes:
        users: how many nodes and results read a node.
    """

    users: dict[Node, int]


Rule = Callable[[Node, Context], "Node | None"]


def rewrite(program: Program, rules: Mapping["str | Kind", Rule], always: Rule | None = None) -> Program:
    """One pass over the nodes, operands first; the program itself when nothing changed.

    Args:
        program: what to rewrite.
        rules: for each op, or each kind, a rule that gives a node to stand in another's place, or None.
        always: a rule that is asked before those, whatever the op.
    """
    roots = (*program.updates, *program.outputs)
    order = topological(roots)
    users: dict[Node, int] = {}
    for node in (*(o for n in order for o in n.operands), *roots):
        users[node] = users.get(node, 0) + 1
    context = Context(users)
    new: dict[Node, Node] = {}
    seen: dict[Any, Node] = {}
    for node in order:
        current = node.on(tuple(new[o] for o in node.operands))
        users[current] = users.get(node, 0)
        if always is not None:
            current = always(current, context) or current
        rule = rules.get(current.op) or rules.get(current.kind)
        current = (rule(current, context) if rule else None) or current
        new[node] = seen.setdefault(_key(current), current)
    if all(new[n] is n for n in order):
        return program
    renamed = tuple(new.get(n, n) for n in program.updates), tuple(new.get(n, n) for n in program.outputs)
    return Program(program.inputs, program.state, *renamed)


def rebuilt(program: Program, make: Callable[[Node, tuple[Node, ...]], "Node | None"]) -> Program:
    """The program with nodes replaced, each once and none merged: `make(node, new operands)` gives one to stand in a node's
    place, or None for the same on its new operands."""
    new: dict[Node, Node] = {}
    for node in topological((*program.updates, *program.outputs)):
        operands = tuple(new[o] for o in node.operands)
        new[node] = make(node, operands) or node.on(operands)
    outputs = tuple(new[n] for n in program.updates), tuple(new[n] for n in program.outputs)
    return Program(program.inputs, program.state, *outputs)


def _key(node: Node) -> Any:
    """Equal for nodes that are alike, given that their operands are merged already."""
    if node.primitive is parameter_p:
        return node
    if node.primitive is constant_p:
        value = node.attributes["value"]
        if value.size and is_splat(value):
            return "splat", value.dtype.str, value.shape, np.asarray(value.flat[0]).tobytes()
        return "constant", value.dtype.str, value.shape, value.tobytes() if value.size <= MERGE_LIMIT else id(value)
    attributes = ((name, _exact(value)) for name, value in node.attributes.items())
    return node.op, tuple(map(id, node.operands)), tuple(sorted(attributes, key=lambda kv: kv[0]))


def _exact(value: Any) -> Any:
    """An attribute as part of a key: 0.0 and -0.0 are equal, and not alike."""
    return value.hex() if isinstance(value, float) else value


# --- constants whose elements are all alike ---------------------------------------------------------------------------


def is_splat(value: np.ndarray) -> bool:
    """Whether every element of the array is one and the same in memory."""
    return value.size == 1 or all(s == 0 or n == 1 for s, n in zip(value.strides, value.shape, strict=True))


def splat_of(node: Node) -> Any:
    """The value of a constant node whose elements are all alike; None of any other node."""
    if node.primitive is constant_p and node.size and is_splat(node.attributes["value"]):
        return node.attributes["value"].flat[0]
    return None


def is_zeros(node: Node) -> bool:
    """Whether a node is a constant of zeros, none of them negative."""
    value = splat_of(node)
    return value is not None and value == 0 and not np.signbit(value)


def splat(value: Any, shape: tuple[int, ...], dtype: str) -> Node:
    """A constant whose elements are all alike."""
    return constant(np.broadcast_to(np.asarray(value, dtype), shape))
