"""What every kind of kernel is emitted with: its buffers, its loops, and the stores of its outputs.

A kernel becomes an LLVM function `kernel(low, high, buffers...)`, where `low` and `high` are the thread's share of the split axis.
Which part of each buffer a thread touches is noted for the planner of barriers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from oribi.compiler.fuse import Kernel
from oribi.compiler.index import Affine, Dims, Var, flatten, of
from oribi.engines.cpu.schedule import Schedule
from oribi.engines.cpu.target import Target
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, parameter

from .expression import ALWAYS, Expression, Mask, lane_index, scalar_index
from .llvm import Builder, Value, i64

Partition = tuple[object, ...]


@dataclass
class Function:
    """An emitted kernel.

    Attributes:
        text: the LLVM function.
        buffers: the nodes whose addresses it takes, in order.
        accesses: (buffer, written, partition) of every access; partition None when it is not the thread's own part.
        own: buffers that every thread has to itself.
        declarations: of what the text calls, by name.
    """

    text: str
    buffers: list[Node]
    accesses: list[tuple[Node, bool, Partition | None]] = field(default_factory=list)
    own: list[Node] = field(default_factory=list)
    declarations: dict[str, str] = field(default_factory=dict)


def bytes_of_memory(size: int) -> Node:
    """A buffer that no node of the graph stands for."""
    return parameter("memory", (max(size, 1),), "uint8")


class Emitter:
    """A kernel that is being emitted.

    Args:
        kernel, plan: the kernel, and how it runs.
        target: the CPU.
        stored: all nodes that have buffers.
        alias: for nodes that lie in the buffer of another, that node.
    """

    def __init__(
        self,
        kernel: Kernel,
        plan: Schedule,
        target: Target,
        stored: frozenset[Node],
        alias: dict[Node, Node],
    ) -> None:
        self.kernel = kernel
        self.schedule = plan
        self.stored = stored
        self.alias = alias
        self.b = Builder(target.lanes, {})
        self.low, self.high = Value("int64", 1, "%low"), Value("int64", 1, "%high")
        self.buffers: dict[Node, str] = {}
        self.accesses: dict[tuple[Node, bool, Partition | None], None] = {}
        self.shares: list[Var] = []  # what runs through the thread's share of the split axis
        self.own: list[Node] = []

    # --- buffers ---

    def own_memory(self, size: int) -> str:
        """The argument that holds the address of bytes which the thread has to itself."""
        self.own.append(bytes_of_memory(size))
        return self.pointer(self.own[-1])

    def pointer(self, node: Node) -> str:
        """The argument that holds the address of a node's buffer."""
        buffer = self.alias.get(node, node)
        return self.buffers.setdefault(buffer, f"%b{len(self.buffers)}")

    def pointer_to_read(self, node: Node, dims: Dims) -> str:
        self.accesses[self.alias.get(node, node), False, self._partition(node, dims)] = None
        return self.pointer(node)

    def pointer_to_write(self, node: Node) -> str:
        split = self.schedule.split
        own = None if split is None else (split, self.kernel.domain[split], self.schedule.grain)
        self.accesses[self.alias.get(node, node), True, own] = None
        return self.pointer(node)

    def _partition(self, node: Node, dims: Dims) -> Partition | None:
        """The thread's own part of the buffer, when that is all that is read of it."""
        split, shares = self.schedule.split, self.shares
        if split is None or not shares or split >= len(node.shape) or node.shape[split] != shares[0].extent:
            return None
        if self.schedule.collapsed:
            own = len(dims) == 1 and len(dims[0].terms) == 1 and node.shape == self.kernel.domain
        else:
            own = len(dims) == len(node.shape) and any(dims[split].is_var(var) for var in shares)
        return (split, shares[0].extent, self.schedule.grain) if own else None

    def expression(self, preset: dict[Node, Value] | None = None) -> Expression:
        return Expression(self.b, self.stored, self.pointer_to_read, preset)

    def is_buffer(self, node: Node) -> bool:
        return node in self.stored or node.kind is Kind.LEAF

    # --- loops ---

    def range_of(self, axis: int) -> tuple[Value, Value]:
        """The thread's part of an axis of the domain."""
        if axis == self.schedule.split:
            return self.low, self.high
        return i64(0), i64(self.kernel.domain[axis])

    def var(self, axis: int, value: Value, lanes: bool = False) -> Var:
        var = Var(f"d{axis}", self.kernel.domain[axis], value, lanes)
        if axis == self.schedule.split:
            self.shares.append(var)
        return var

    @contextmanager
    def scalar_loops(self, axes: Sequence[int], dims: list[Affine]) -> Iterator[None]:
        """Loops over axes of the domain, outermost first; their variables are put into `dims`."""
        with ExitStack() as stack:
            for axis in axes:
                low, high = self.range_of(axis)
                loop = stack.enter_context(self.b.loop(low, high))
                dims[axis] = of(self.var(axis, loop.index))
            yield

    def vector_loop(self, low: Value, high: Value, body: Callable[[Value, Mask], None]) -> None:
        """`body(first element, mask)` for each block of lanes, the last one masked where it is not full."""
        b, lanes = self.b, self.b.lanes
        size = b.sub(high, low)
        static = size.ref.isdigit()
        full_end = b.add(low, b.multiple(size, lanes))
        if not static or int(size.ref) >= lanes:
            with b.loop(low, full_end, lanes) as loop:
                body(loop.index, ALWAYS)
        if not static:
            with b.when(b.compare("icmp slt", full_end, high)):
                body(full_end, self.tail(full_end, high))
        elif int(size.ref) % lanes:
            body(full_end, self.tail(full_end, high))

    def tail(self, start: Value, high: Value) -> Mask:
        """The lanes from `start` that lie below `high`."""
        lanes = self.b.binary("add nsw", self.b.ramp(self.b.lanes), start)
        return Mask(self.b.compare("icmp slt", lanes, high))

    def store_outputs(self, expression: Expression, dims: Dims, mask: Mask, lanes: int) -> None:
        """Compute every output at a point, then store them all: an update in place reads before it writes."""
        values = [expression.output(n, dims, mask) for n in self.kernel.outputs]
        for node, value in zip(self.kernel.outputs, values, strict=True):
            flat = dims[0] if self.schedule.collapsed else flatten(dims, node.shape)
            pointer, at = self.pointer_to_write(node), scalar_index(self.b, flat)
            strides = {c for v, c in flat.terms.items() if v.lanes} or {0}
            if lanes == 1 or strides == {0}:
                self.b.store(self.b.extract(value, 0), pointer, at)
            elif strides == {1}:
                self.b.store(self.b.spread(value, lanes), pointer, at, mask.lanes)
            else:
                self.b.scatter(self.b.spread(value, lanes), pointer, lane_index(self.b, flat), mask.lanes)

    def root(self) -> Node:
        assert self.kernel.root is not None
        return self.kernel.root

    def function(self) -> Function:
        """All that was emitted, as a function."""
        arguments = ", ".join(["i64 %low", "i64 %high", *(f"ptr noalias {a}" for a in self.buffers.values())])
        head = f"define internal void @{self.kernel.name}({arguments}) #0 {{"
        text = "\n".join([head, "entry:", *self.b.entry, *self.b.lines, "  ret void", "}"])
        return Function(text, list(self.buffers), list(self.accesses), self.own, self.b.declarations)
