"""routine: a program as kernels that are emitted, ordered and placed; the programs inside of it are routines too."""

from dataclasses import dataclass, field

from oribi.compiler.fuse import Kernel, fuse, reshaped_buffer
from oribi.compiler.loops import keeps
from oribi.compiler.verify import verify_kernels
from oribi.graph import dtypes
from oribi.graph.control import results_of, while_p
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, size_of
from oribi.graph.program import Program
from oribi.graph.scan import scan_p

from .debug import debug
from .emit.emitter import Function, bytes_of_memory
from .emit.kernels import emit_kernel
from .plan import Plan, order, place, repeats_freely, update_in_place
from .schedule import Schedule, schedule, work
from .target import Target


@dataclass
class Routine:
    """A program that is ready to be put into a module.

    Attributes:
        program: as the passes left it.
        kernels, functions, schedules: alike in order; the function of a program inside is a `Nested`.
        plan: in which order, and where in memory.
        repeats: its steps need no barrier between them.
    """

    program: Program
    kernels: list[Kernel]
    functions: "list[Function | Nested | None]"
    schedules: list[Schedule]
    plan: Plan
    repeats: bool

    def work(self) -> int:
        """Element operations of one step."""
        inside = sum(f.work() for f in self.functions if isinstance(f, Nested))
        return inside + sum(work(k) for k in self.kernels)

    def listing(self) -> list[str]:
        """The kernels with their schedules and barriers, to print."""
        lines = []
        for phase in self.plan.phases:
            for number in phase:
                how, function = self.schedules[number], self.functions[number]
                tile = f" tile {how.tile[0]}x{how.tile[1]}{' late' * how.late}" if how.kind == "contract" else ""
                lines.append(f"{self.kernels[number]}  [{how.how} axis {how.split}, vector {how.vector}{tile}]")
                for routine in function.routines if isinstance(function, Nested) else ():
                    lines += [f"  {line}" for line in routine.listing()]
            lines.append("barrier")
        return lines[:-1] if self.repeats else lines


@dataclass
class Nested(Function):
    """A program inside of another, in the place of a kernel's function.

    Attributes:
        node: the scan, while_loop or cond.
        first: the buffer of its first operand: what a while_loop and a cond ask.
        routines: of its body, or of its branches.
        tables: for each routine its inputs, state, constants and outputs, as buffers of the routine around it.
        scratch: for each routine the buffers for what it shares between threads, and for what each thread has of its own.
    """

    node: Node = field(kw_only=True)
    first: Node = field(kw_only=True)
    routines: list[Routine] = field(kw_only=True)
    tables: list[list[Node]] = field(kw_only=True)
    scratch: list[tuple[Node, Node]] = field(kw_only=True)

    def work(self) -> int:
        return self.node.attributes.get("length", 1) * max(r.work() for r in self.routines)


def routine(program: Program, target: Target, prefix: str = "") -> Routine:
    """A program after its passes: fuse, update in place, schedule, emit, order, place.

    Args:
        prefix: sets the names of its kernels apart from those of other programs in the module.
    """
    fused = fuse(program, prefix)
    if debug("verify"):
        verify_kernels(program, fused)
    kernels, alias, edges = update_in_place(program, fused)
    alias |= _carried_alias(kernels)
    stored = frozenset(n for k in kernels for n in k.outputs)
    results = frozenset((*program.updates, *program.outputs, *alias, *(n for k in kernels for n in _carried(k))))
    schedules = schedule(kernels, results, stored, target)
    functions = [_function(k, how, target, stored, alias) for k, how in zip(kernels, schedules, strict=True)]
    private = _private(kernels, schedules, functions)
    phases = order(functions, schedules, edges, private)
    free = repeats_freely(functions, schedules, phases, private)
    return Routine(program, kernels, functions, schedules, place(program, functions, phases, private), free)


def _private(
    kernels: list[Kernel], schedules: list[Schedule], functions: "list[Function | Nested | None]"
) -> frozenset[Node]:
    """The buffers of which every thread has its own."""
    replicated = {n for k, s in zip(kernels, schedules, strict=True) if s.how == "replicated" for n in k.outputs}
    return frozenset(replicated | {buffer for function in functions if function is not None for buffer in function.own})


def _carried(kernel: Kernel) -> tuple[Node, ...]:
    """The operands that a loop overwrites: what it carries from step to step."""
    return kernel.root.operands[keeps(kernel.root) :] if kernel.root is not None else ()


def _carried_alias(kernels: list[Kernel]) -> dict[Node, Node]:
    """The last value of what a loop carries lies where the first one was."""
    alias: dict[Node, Node] = {}
    for kernel in kernels:
        places = _carried(kernel)
        alias |= {
            n: places[n.attributes["index"]] for n in kernel.outputs if places and n.attributes["index"] < len(places)
        }
    return alias


def _function(
    kernel: Kernel, how: Schedule, target: Target, stored: frozenset[Node], alias: dict[Node, Node]
) -> "Function | Nested | None":
    """What computes a kernel; None where it stores no element."""
    if kernel.root is not None and kernel.root.kind is Kind.CONTROL:
        return _nested(kernel, kernel.root, target, alias)
    return emit_kernel(kernel, how, target, stored, alias) if size_of(kernel.domain) else None


def _nested(kernel: Kernel, node: Node, target: Target, alias: dict[Node, Node]) -> Nested:
    bodies: list[Program] = [node.attributes[name] for name in node.primitive.bodies]
    routines = [routine(b, target, f"{kernel.name}_{i}_") for i, b in enumerate(bodies)]
    operands = [alias.get(b, b) for b in map(reshaped_buffer, node.operands)]
    states = len(bodies[0].state)
    results = {n.attributes["index"]: n for n in kernel.outputs}
    accesses: dict[tuple[Node, bool, None], None] = {}
    tables, scratch = [], []
    for made in routines:
        scratch.append((bytes_of_memory(made.plan.shared_bytes), bytes_of_memory(made.plan.private_bytes)))
        if node.primitive is while_p:  # its output tells whether to go on, and nobody else reads it
            outputs = [bytes_of_memory(1)]
        else:
            count = len(made.program.outputs)
            outputs = [results[i] if i in results else _memory_for(node, i) for i in range(states, states + count)]
        inputs = operands if node.primitive is scan_p else operands[1:]
        tables.append([*inputs, *made.plan.constants, *outputs])
        for buffer in operands:
            accesses[buffer, False, None] = None
        carried = inputs[len(inputs) - states :] if states else []
        for buffer in (*carried, *outputs, *scratch[-1]):
            accesses[buffer, True, None] = None
    used = dict.fromkeys(n for n, _, _ in accesses) | dict.fromkeys(n for table in tables for n in table)
    return Nested(
        "",
        list(used),
        list(accesses),
        [private for _, private in scratch],
        node=node,
        first=operands[0],
        routines=routines,
        tables=tables,
        scratch=scratch,
    )


def _memory_for(node: Node, index: int) -> Node:
    """A buffer for a result that nobody reads."""
    shape, dtype = results_of(node)[index]
    return bytes_of_memory(size_of(shape) * dtypes.itemsize(dtype))
