"""Walking a graph with the rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from oribi.graph.node import Node, topological
from oribi.graph.program import Program

from .rules import RULES, Rule

Array = Any


def evaluate(
    outputs: Sequence[Node], known: Mapping[Node, Array] | None = None, more: Mapping[str, Rule] | None = None
) -> list[Array]:
    """The values of `outputs`, given those of parameters.

    Args:
        outputs: the nodes asked for.
        known: values of parameters, or of any other nodes that need no evaluation.
        more: rules of primitives that are not among those of `graph/primitives.py`, such as another engine's own.

    Returns:
        One NumPy array for each output.

    >>> from oribi.graph.node import constant
    >>> from oribi.graph.elementwise import add
    >>> evaluate([add(constant(1.0), constant(2.0))])
    [array(3.)]
    """
    values = evaluate_in_order(topological(outputs), known, more)
    return [values[o] for o in outputs]


def evaluate_in_order(
    order: Iterable[Node], known: Mapping[Node, Array] | None = None, more: Mapping[str, Rule] | None = None
) -> dict[Node, Array]:
    """The values of all these nodes, each of which comes after its operands; the rest is as in `evaluate`."""
    values: dict[Node, Array] = dict(known or {})
    rules = {**_ALL, **more} if more else _ALL
    with np.errstate(all="ignore"):
        for node in order:
            if node not in values:
                value = rules[node.primitive.name](node, *[values[o] for o in node.operands])
                values[node] = value if type(value) is np.ndarray or type(value) is tuple else np.asarray(value)
    return values


def run(program: Program, inputs: Sequence[Array], state: Sequence[Array], steps: int = 1) -> list[Array]:
    """`steps` steps of a program.

    Args:
        program: what to run.
        inputs: an array for each of the program's inputs.
        state: an array for each of its state, replaced in place.
        steps: how many steps.

    Returns:
        For each output an array of shape (steps, *output shape).
    """
    stacked: list[list[Array]] = [[] for _ in program.outputs]
    for _ in range(steps):
        known = dict(zip((*program.inputs, *program.state), (*inputs, *(np.array(s) for s in state)), strict=True))
        values = evaluate((*program.updates, *program.outputs), known)
        for array, value in zip(state, values, strict=False):
            array[...] = value
        for column, value in zip(stacked, values[len(program.updates) :], strict=True):
            column.append(np.array(value))
    return [
        np.stack(column) if column else np.empty((0, *node.shape), node.dtype)
        for column, node in zip(stacked, program.outputs, strict=True)
    ]


# --- primitives that hold programs ------------------------------------------------------------------------------------


def _body(program: Program, inputs: Sequence[Array], state: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    """The next state and the outputs."""
    known = dict(zip((*program.inputs, *program.state), (*inputs, *state), strict=True))
    values = evaluate((*program.updates, *program.outputs), known)
    return values[: len(program.state)], values[len(program.state) :]


def _scan(node: Node, *operands: Array) -> tuple[Array, ...]:
    body, length, scanned = (node.attributes[key] for key in ("body", "length", "scanned"))
    count = len(body.inputs)
    stays, over, state = operands[: count - scanned], operands[count - scanned : count], list(operands[count:])
    stacks = [np.empty((length, *o.shape), o.dtype) for o in body.outputs]
    for step in range(length - 1, -1, -1) if node.attributes["reverse"] else range(length):
        state, outputs = _body(body, [*stays, *(x[step] for x in over)], state)
        for stack, output in zip(stacks, outputs, strict=True):
            stack[step] = output
    return (*state, *stacks)


def _while(node: Node, goes_on: Array, *operands: Array) -> tuple[Array, ...]:
    body = node.attributes["body"]
    count = len(body.inputs)
    inputs, state = operands[:count], list(operands[count:])
    while goes_on:
        state, (goes_on,) = _body(body, inputs, state)
    return tuple(state)


def _cond(node: Node, predicate: Array, *operands: Array) -> tuple[Array, ...]:
    return tuple(_body(node.attributes["on_true" if predicate else "on_false"], operands, [])[1])


CONTROL: dict[str, Callable[..., tuple[Array, ...]]] = {
    "scan": _scan,
    "while_loop": _while,
    "cond": _cond,
    "element": lambda node, several: several[node.attributes["index"]],
}
_ALL: dict[str, Rule] = {**RULES, **CONTROL}
