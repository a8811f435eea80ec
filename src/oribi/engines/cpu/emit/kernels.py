"""One kernel and its schedule -> one LLVM function. Each kind of kernel has a file of its own."""

from collections.abc import Callable

from oribi.compiler.fuse import Kernel
from oribi.engines.cpu.schedule import Schedule
from oribi.engines.cpu.target import Target
from oribi.graph.node import Node

from .contract import contract
from .emitter import Emitter, Function
from .foreign import foreign
from .map import emit_map
from .ordered import arg_reduce, running, sort
from .reduce import reduce
from .scatter import scatter

# By `Schedule.kind`; a `program` has kernels of its own.
KINDS: dict[str, Callable[[Emitter], None]] = {
    "map": emit_map,
    "reduce": reduce,
    "arg_reduce": arg_reduce,
    "contract": contract,
    "running": running,
    "sort": sort,
    "scatter": scatter,
    "foreign": foreign,
}


def emit_kernel(
    kernel: Kernel, schedule: Schedule, target: Target, stored: frozenset[Node], alias: dict[Node, Node]
) -> Function:
    """The function of a kernel; the arguments are `Emitter`'s."""
    emitter = Emitter(kernel, schedule, target, stored, alias)
    KINDS[schedule.kind](emitter)
    return emitter.function()
