"""What a workload has to multiply and add, counted on the graph of its forward pass."""

import workloads

import oribi
from oribi.graph.node import Node, parameter, size_of, topological
from oribi.values import Tensor, tracing


def of(nodes: list[Node]) -> int:
    """Floating-point operations of the contractions and convolutions that nodes depend on."""
    total = 0
    for node in topological(nodes):
        if node.op == "dot_general":
            total += 2 * node.size * size_of(node.operands[0].shape[a] for a in node.attributes["contract"][0])
        elif node.op == "conv_general_dilated":
            total += 2 * node.size * size_of(node.operands[1].shape[:-1])
        elif node.op == "scan":
            body = node.attributes["body"]
            total += node.attributes["length"] * of([*body.updates, *body.outputs])
    return total


def epoch(name: str) -> float:
    """GFLOP of an epoch of training: the forward pass, and twice as much again for the gradients of weights and inputs."""
    x, _ = workloads.data(name)
    batch = workloads.BATCH[name]
    with tracing():
        made = workloads.model(name, oribi)(Tensor(parameter("x", (batch, *x.shape[1:]), x.dtype.name)), training=False)
    return 3 * of([made.node]) * (len(x) // batch) / 1e9
