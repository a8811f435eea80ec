"""forward: the pass of a model that is exported, with its weights as constants."""

import re
from typing import Any, NamedTuple

from oribi import nest
from oribi.graph.node import Node, size_of
from oribi.graph.program import Program
from oribi.training.step import Layout, traced
from oribi.values import Frozen


class Port(NamedTuple):
    """An input or an output of an exported model: what it is called, and the shape of one row."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        return size_of(self.shape)


class Exported(NamedTuple):
    """A model's forward pass, for rows one by one or for a batch, with the weights as constants."""

    program: Program
    inputs: list[Port]
    outputs: list[Port]


def forward(model: Any, batch: int) -> Exported:
    """The forward pass for a number of rows at a time."""
    symbols = model.input_symbols()
    leaves = nest.flatten(symbols)
    if any(None in leaf.shape[1:] for leaf in leaves):
        raise ValueError(
            f"{model.describe()} has inputs of open shapes {[leaf.shape for leaf in leaves]}: only the batch may be open"
        )
    columns = tuple((tuple(leaf.shape[1:]), leaf.dtype) for leaf in leaves)
    layout = Layout("predict", batch, False, columns, (nest.structure(symbols),))
    program, _ = traced(model, layout, Frozen())
    names = list(getattr(model, "output_names", []))
    outputs = [_port(node, names, f"output_{i}", i) for i, node in enumerate(program.outputs)]
    inputs = [Port(leaf.name, tuple(leaf.shape[1:]), leaf.dtype) for leaf in leaves]
    return Exported(program, _distinct(inputs), _distinct(outputs))


def _port(node: Node, names: list[str], default: str, number: int) -> Port:
    return Port(names[number] if number < len(names) else default, node.shape[1:], node.dtype)


def _distinct(ports: list[Port]) -> list[Port]:
    """The same ports, none with the name of another."""
    names = [port.name for port in ports]
    return [p._replace(name=f"{p.name}_{i}") if names.count(p.name) > 1 else p for i, p in enumerate(ports)]


def identifier(name: str) -> str:
    """A name that C takes."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"_{plain}" if not plain or plain[0].isdigit() else plain
