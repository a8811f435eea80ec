"""Walking a graph with the rules."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from oribi.graph.node import Node, topological
from oribi.graph.program import Program

from .rules import RULES

Array = Any


def evaluate(outputs: Sequence[Node], known: Mapping[Node, Array] | None = None) -> list[Array]:
    """The values of `outputs`, given those of parameters.

    Args:
        outputs: the nodes asked for.
        known: values of parameters, or of any other nodes that need no evaluation.

    Returns:
        One NumPy array for each output.

    >>> from oribi.graph.node import constant
    >>> from oribi.graph.elementwise import add
    >>> evaluate([add(constant(1.0), constant(2.0))])
    [array(3.)]
    """
    values: dict[Node, Array] = dict(known or {})
    with np.errstate(all="ignore"):
        for node in topological(outputs):
            if node not in values:
                value = RULES[node.primitive.name](node, *[values[o] for o in node.operands])
                values[node] = value if type(value) is np.ndarray else np.asarray(value)
    return [values[o] for o in outputs]


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
