"""Program: the unit that an engine runs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import dtypes
from .node import GraphError, Node, parameter_p, topological

OPEN = 2**40  # extent of an input's first axis that arrays of any length may stand for


@dataclass(frozen=True, eq=False)
class Program:
    """A step that an engine runs any number of times over.

    Attributes:
        inputs: parameters that stay the same from step to step (a whole dataset, the order of its rows). One whose first
            axis is `OPEN` takes arrays of any length; that no index goes beyond their end is the caller's affair.
        state: parameters that each step replaces (weights, optimizer slots, metric sums, random counters).
        updates: the new value of each of `state`.
        outputs: what each step returns; a run of n steps stacks n of them along a new first axis.
    """

    inputs: tuple[Node, ...]
    state: tuple[Node, ...]
    updates: tuple[Node, ...]
    outputs: tuple[Node, ...]

    def __post_init__(self) -> None:
        for before, after in zip(self.state, self.updates, strict=True):
            if (before.shape, before.dtype) != (after.shape, after.dtype):
                raise GraphError(f"state {before!r} cannot be replaced by {after!r}")
        known = {*self.inputs, *self.state}
        for node in topological((*self.updates, *self.outputs)):
            if node.primitive is parameter_p and node not in known:
                raise GraphError(f"parameter {node.attributes['name']!r} is neither an input nor state")

    def fingerprint(self) -> str:
        """A digest of all that the program computes; alike for programs that are alike."""
        return hashlib.sha256("\n".join(lines(self, exact=True)).encode()).hexdigest()

    def __str__(self) -> str:
        return "\n".join(lines(self))


def make(inputs: Sequence[Node], state: Sequence[tuple[Node, Node]], outputs: Sequence[Node]) -> Program:
    """A Program of inputs, pairs of state and its new value, and outputs."""
    return Program(tuple(inputs), tuple(s for s, _ in state), tuple(u for _, u in state), tuple(outputs))


def lines(program: Program, exact: bool = False) -> list[str]:
    """The program as text, one node a line; `exact` spells out every constant."""
    names: dict[Node, str] = {}
    listed = []
    leaves = (*program.inputs, *program.state)
    for number, node in enumerate(topological((*leaves, *program.updates, *program.outputs))):
        names[node] = f"%{number}"
        operands = ", ".join(names[o] for o in node.operands)
        attributes = ", ".join(f"{k}={_attribute(v, exact)}" for k, v in node.attributes.items() if k != "name")
        if node.primitive is parameter_p:
            attributes = node.attributes["name"] if not exact else ""
        origin = f"  ; {node.origin}" if node.origin and not exact else ""
        shape = ",".join("open" if extent == OPEN else str(extent) for extent in node.shape)
        inside = "; ".join(part for part in (operands, attributes) if part)
        listed.append(f"{names[node]}: {node.dtype}[{shape}] = {node.op}({inside}){origin}")
    for word, group in (("inputs", program.inputs), ("state", program.state)):
        listed.append(f"{word} {' '.join(names[n] for n in group)}")
    listed.append(f"updates {' '.join(names[n] for n in program.updates)}")
    listed.append(f"outputs {' '.join(names[n] for n in program.outputs)}")
    return listed


def _attribute(value: object, exact: bool) -> str:
    if isinstance(value, Program):
        return value.fingerprint() if exact else "{\n  " + "\n  ".join(lines(value)).replace("\n", "\n  ") + "\n}"
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.size == 1 or all(stride == 0 for stride in value.strides):
        each = repr(value.flat[0].item()) if value.size else "empty"
        return f"{value.dtype}{list(value.shape)}:{each}" if exact else each
    if not exact:
        return f"array{list(value.shape)}"
    return f"{value.dtype}{list(value.shape)}:{hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"


def check_arrays(
    program: Program, inputs: Sequence[np.ndarray], state: Sequence[np.ndarray], outputs: Sequence[np.ndarray]
) -> None:
    """Check that arrays are those that a program runs on; each output has an axis of steps in front.

    Raises:
        ValueError: another number of arrays, another shape or dtype, or elements that are not in C order.
    """
    _check_arrays("input", program.inputs, inputs, stacked=False)
    _check_arrays("state", program.state, state, stacked=False)
    _check_arrays("output", program.outputs, outputs, stacked=True)


def _check_arrays(word: str, nodes: Sequence[Node], arrays: Sequence[np.ndarray], stacked: bool) -> None:
    if len(nodes) != len(arrays):
        raise ValueError(f"the program takes {len(nodes)} {word} arrays, got {len(arrays)}")
    for node, array in zip(nodes, arrays, strict=True):
        shape = array.shape[1:] if stacked else array.shape
        if node.shape[:1] == (OPEN,) and shape:
            shape = (OPEN, *shape[1:])
        if shape != node.shape or dtypes.name_of(array.dtype) != node.dtype or not array.flags.c_contiguous:
            raise ValueError(f"{word} {node!r} cannot be an array of {array.dtype}{list(array.shape)}")
