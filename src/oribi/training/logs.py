"""Logs: what a step returns, read when the native call is over."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from oribi import nest
from oribi.graph.control import substituted
from oribi.graph.node import Node, constant, parameter, parameter_p, topological
from oribi.values import Tensor, Trace, Variable, as_node


class Logs:
    """What a step returns by name.

    What the step's variables say when it is over, such as the mean that a metric has so far, is computed when it is read: it costs
    the step nothing. Anything else is kept in variables of its own.

    Args:
        values: tensors by name, possibly nested.
        trace: the step's; variables are added to it.
    """

    def __init__(self, values: Mapping[str, Any], trace: Trace) -> None:
        self._structure = nest.structure(values)
        nodes = [as_node(leaf) for leaf in nest.flatten(values)]
        after = {node: variable for variable, node in trace.current.items()}
        for node in nodes:
            if not _follows(node, after):
                after[node] = Variable(np.zeros(node.shape, node.dtype), dtype=node.dtype, trainable=False, name="log")
                trace.write(after[node], node)
        stand_ins = {node: parameter("after", node.shape, node.dtype) for node in after}
        self._nodes = substituted(nodes, stand_ins)
        read = set(topological(self._nodes))
        self._variables = {stand_ins[node]: variable for node, variable in after.items() if stand_ins[node] in read}

    def read(self) -> dict[str, Any]:
        """The logs of the last step, as arrays."""
        known = {node: constant(variable.numpy()) for node, variable in self._variables.items()}
        values = [Tensor(node).numpy() for node in substituted(self._nodes, known)]
        return dict(nest.pack(self._structure, values))


def _follows(node: Node, after: Mapping[Node, Variable]) -> bool:
    """Whether a node can be computed from what variables hold after the step."""
    stack, seen = [node], set()
    while stack:
        node = stack.pop()
        if node in after or node in seen:
            continue
        if node.primitive is parameter_p:
            return False
        seen.add(node)
        stack.extend(node.operands)
    return True


def as_floats(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Logs in order of their names: as Python floats, as arrays where they have several elements; nested ones are put in flat."""
    flat: dict[str, Any] = {}
    for name in sorted(logs):
        value = logs[name]
        if isinstance(value, Mapping):
            flat.update(as_floats(value))
        else:
            value = np.asarray(value)
            flat[name] = float(value.item()) if value.size == 1 else value
    return flat
