"""Trace: variables read and assigned by a function while it is traced."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from oribi.context import context, current
from oribi.graph.node import Node, parameter

from .variable import Variable


class Trace:
    """Variables read and assigned by a function while it is traced.

    Attributes:
        read_as: the parameter that stands for each variable's value before.
        current: the node of each variable's value now.
        checks: variables that become true when something is wrong with the data, and what to tell the user then.
        in_body: what is traced is the body of a loop or a branch: its nodes are none outside of it.
    """

    in_body = False

    def __init__(self) -> None:
        self.read_as: dict[Variable, Node] = {}
        self.current: dict[Variable, Node] = {}
        self.checks: dict[str, Variable] = {}

    def read(self, variable: Variable) -> Node:
        if variable not in self.current:
            node = parameter(variable.path, variable.shape, variable.dtype)
            self.read_as[variable] = self.current[variable] = node
        return self.current[variable]

    def failing(self, message: str) -> Variable:
        """The variable that says whether the check with this message failed."""
        if message not in self.checks:
            self.checks[message] = Variable(np.zeros((), bool), trainable=False, name="check")
        return self.checks[message]

    def write(self, variable: Variable, node: Node) -> None:
        self.read(variable)
        self.current[variable] = node


class Frozen(Trace):
    """A trace in which variables are constants: they have the values that they have now, for good."""

    def read(self, variable: Variable) -> Node:
        if variable not in self.current:
            self.current[variable] = variable.snapshot()
        return self.current[variable]

    def write(self, variable: Variable, node: Node) -> None:
        if any(variable is check for check in self.checks.values()):
            return  # there will be nobody to tell
        raise ValueError(f"{variable.path!r} is assigned to, and here everything has to stay as it is")


@contextmanager
def tracing(trace: Trace | None = None) -> Iterator[Trace]:
    """Variables are read and assigned in the trace, in this thread, until the end of the block."""
    active = trace or Trace()
    with context(trace=active, records=()):
        yield active


def untraced() -> context:
    """Variables are read and assigned for good until the end of the block, although a function is being traced: what is done once,
    such as the making of weights, is no part of it."""
    return context(trace=None)


def current_trace() -> Trace | None:
    """The trace of this thread; None where tensors are computed."""
    trace: Trace | None = current.trace
    return trace
