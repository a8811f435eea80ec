"""verify: what holds of every Program between two passes, and of the kernels that it becomes.

The tests compile with `ORIBI_DEBUG=verify`: a pass that breaks a program is found where it stands, and not by wrong numbers.
"""

from collections.abc import Container, Iterable

from oribi.graph.kinds import Kind
from oribi.graph.node import GraphError, Node, topological
from oribi.graph.program import Program

from .fuse import Kernel


def verify_program(program: Program) -> None:
    """Infer the shape and dtype of every node again.

    Raises:
        GraphError: a node whose operands do not fit, or that has another shape or dtype than its primitive infers.
    """
    for node in topological((*program.updates, *program.outputs)):
        if node.kind is not Kind.LEAF:
            found = node.primitive.infer(*node.operands, **node.attributes)
            if (tuple(found[0]), found[1]) != (node.shape, node.dtype):
                raise GraphError(f"{node!r} of {list(node.operands)} has the shape and dtype {found}")
        for body in node.primitive.bodies:
            verify_program(node.attributes[body])


def verify_kernels(program: Program, kernels: Iterable[Kernel]) -> None:
    """Follow every kernel's expressions down to what earlier kernels store.

    Raises:
        GraphError: a kernel reads what no kernel before it stores, or a result is stored by none.
    """
    kernels = list(kernels)
    stored = {n for k in kernels for n in k.outputs}
    ready: set[Node] = set()
    for kernel in kernels:
        for node in loads(kernel, stored):
            if node not in ready:
                raise GraphError(f"{kernel} reads {node!r} before it is stored")
        ready.update(kernel.outputs)
    for node in (*program.updates, *program.outputs):
        if node.kind is not Kind.LEAF and node not in ready:
            raise GraphError(f"no kernel stores the result {node!r}")


def loads(kernel: Kernel, stored: Container[Node]) -> list[Node]:
    """The stored nodes that a kernel's expressions reach, its own outputs not among them."""
    found: dict[Node, None] = {}
    stack, seen = [o for n in kernel.outputs for o in n.operands], set(kernel.outputs)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in stored:
            found[node] = None
        else:
            stack.extend(node.operands)
    return list(found)
