"""plan: where every buffer lives, in which order kernels run, and where the threads must wait for each other.

State is updated in place wherever every reader of the old value can run before. A barrier stands only where a thread would
touch what another one owns: kernels that split the same axis the same way follow each other without one. Buffers whose
lives are separated by a barrier share memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from oribi.graph import dtypes
from oribi.graph.node import Node, size_of
from oribi.graph.program import Program

from .fuse import SCATTERS, Kernel
from .index import LEAVES
from .kernels import Function, Partition
from .own import pack
from .rewrite import ELEMENTWISE
from .schedule import Schedule, reads

ALIGNMENT = 64


@dataclass
class Placement:
    """Where a buffer lives: `place` is `table`, `output`, `shared` or `private`; `at` a slot number or a byte offset."""

    place: str
    at: int


@dataclass
class Plan:
    """The order of a program's kernels and the memory they use.

    Attributes:
        phases: kernel numbers; a barrier stands between phases and after the last.
        placements: where each buffer is.
        shared_bytes, private_bytes: sizes of the arena, and of each thread's own.
        constants: arrays that the table holds, behind inputs and state.
        slots: the size of the table; the outputs come last in it.
    """

    phases: list[list[int]]
    placements: dict[Node, Placement]
    shared_bytes: int
    private_bytes: int
    constants: list[Node]
    slots: int


# --- updates in place -------------------------------------------------------------------------------------------------


def update_in_place(
    program: Program, kernels: list[Kernel], stored: frozenset[Node]
) -> tuple[dict[Node, Node], set[tuple[int, int]]]:
    """Which updates are written over their state: {update: state}, and the orders (reader, writer) that this asks for.

    An update that cannot be is stored apart and copied when all is done, by a kernel that is added here.
    """
    reading = [frozenset(reads(k, stored)) for k in kernels]
    maker = {n: i for i, k in enumerate(kernels) for n in k.outputs}
    edges = {(maker[n], i) for i, r in enumerate(reading) for n in r if n in maker}
    alias: dict[Node, Node] = {}
    late: list[tuple[Node, Node]] = []
    for state, update in zip(program.state, program.updates, strict=True):
        if update is state:
            continue
        writer = maker[update]
        orders = {(i, writer) for i, r in enumerate(reading) if state in r and i != writer}
        legal = _reads_in_place(kernels[writer], state, stored)
        if legal and not any(_path(edges, writer, before) for before, _ in orders):
            alias[update] = state
            edges |= orders
        else:
            late.append((state, update))
    for state, update in late:
        copy = pack(update)
        number = len(kernels)
        kernels.append(Kernel(None, (copy,), copy.shape, f"{kernels[maker[update]].name}_copy{number}"))
        alias[copy] = state
        edges |= {(maker[update], number)} | {(i, number) for i, r in enumerate(reading) if state in r}
    return alias, edges


def _reads_in_place(kernel: Kernel, state: Node, stored: frozenset[Node]) -> bool:
    """Whether a kernel reads a state only where it writes: element by element, never as a view or under a root, but for what a
    scatter adds to."""
    if state.shape != kernel.domain:
        return state not in reads(kernel, stored)
    seen: set[tuple[Node, bool]] = set()
    stack = [(n, True) for n in kernel.outputs]
    while stack:
        node, in_place = stack.pop()
        if (node, in_place) in seen:
            continue
        seen.add((node, in_place))
        if node is state and not in_place:
            return False
        if node.op in LEAVES or (node in stored and node not in kernel.outputs):
            continue
        inside = in_place and (node.op in ELEMENTWISE or node.op == "pack")
        base = in_place and node.op in SCATTERS
        stack.extend((o, inside or (base and i == 0)) for i, o in enumerate(node.operands))
    return True


def _path(edges: set[tuple[int, int]], start: int, end: int) -> bool:
    after: dict[int, list[int]] = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)
    stack, seen = [start], {start}
    while stack:
        at = stack.pop()
        if at == end:
            return True
        new = [n for n in after.get(at, ()) if n not in seen]
        seen.update(new)
        stack.extend(new)
    return False


# --- order and barriers -----------------------------------------------------------------------------------------------

Access = tuple[bool, Partition | None]


def order(
    functions: Sequence[Function | None],
    schedules: list[Schedule],
    edges: set[tuple[int, int]],
    private: frozenset[Node],
) -> list[list[int]]:
    """Phases of kernels: as early as their dependencies allow, and before a barrier rather than after it."""
    waiting = {i: {a for a, b in edges if b == i} for i in range(len(functions))}
    done: set[int] = set()
    phases: list[list[int]] = [[]]
    touched: dict[Node, list[Access]] = {}
    while waiting:
        ready = [i for i, before in waiting.items() if before <= done]
        free = next((i for i in ready if not _conflicts(functions[i], schedules[i], touched, private)), None)
        if free is None:
            phases.append([])
            touched = {}
            free = ready[0]
        _touch(functions[free], schedules[free], touched, private)
        phases[-1].append(free)
        done.add(free)
        del waiting[free]
    return [phase for phase in phases if phase]


def repeats_freely(
    functions: Sequence[Function | None], schedules: list[Schedule], phases: list[list[int]], private: frozenset[Node]
) -> bool:
    """Whether a thread may begin the next step while others are at this one: it touches nothing but its own parts."""
    if len(phases) != 1:
        return False
    touched: dict[Node, list[Access]] = {}
    for number in phases[0]:
        _touch(functions[number], schedules[number], touched, private)
    return not any(_conflicts(functions[n], schedules[n], touched, private) for n in phases[0])


def _accesses(function: Function | None, plan: Schedule, private: frozenset[Node]) -> list[tuple[Node, Access]]:
    found = []
    for node, written, partition in function.accesses if function else ():
        if node not in private:
            own = ("single",) if plan.how == "single" else None if plan.how == "replicated" else partition
            found.append((node, (written, own)))
    return found


def _conflicts(
    function: Function | None, plan: Schedule, touched: dict[Node, list[Access]], private: frozenset[Node]
) -> bool:
    for node, (written, own) in _accesses(function, plan, private):
        for other_written, other in touched.get(node, ()):
            if (written or other_written) and (own is None or own != other):
                return True
    return False


def _touch(
    function: Function | None, plan: Schedule, touched: dict[Node, list[Access]], private: frozenset[Node]
) -> None:
    for node, access in _accesses(function, plan, private):
        touched.setdefault(node, []).append(access)


# --- memory -----------------------------------------------------------------------------------------------------------


def place(
    program: Program, functions: Sequence[Function | None], phases: list[list[int]], private: frozenset[Node]
) -> Plan:
    """A place for every buffer that a function takes."""
    placements = {n: Placement("table", i) for i, n in enumerate((*program.inputs, *program.state))}
    constants: list[Node] = []
    lives: dict[Node, list[int]] = {}
    for number, phase in enumerate(phases):
        for kernel in phase:
            function = functions[kernel]
            for node in function.buffers if function else ():
                lives.setdefault(node, []).append(number)
    slot = len(placements)
    for node in lives:
        if node.op == "constant" and node not in placements:
            constants.append(node)
            placements[node] = Placement("table", slot)
            slot += 1
    for node in program.outputs:
        placements[node] = Placement("output", slot)
        slot += 1
    slots = slot
    private_bytes = 0
    shared = []
    for node, phases_used in lives.items():
        if node in placements:
            continue
        if node in private:
            placements[node] = Placement("private", private_bytes)
            private_bytes += _bytes(node)
        else:
            shared.append((phases_used[0], phases_used[-1], node))
    return Plan(phases, placements, _pack_arena(shared, placements), private_bytes, constants, slots)


def _bytes(node: Node) -> int:
    size = size_of(node.shape) * dtypes.itemsize(node.dtype)
    return -(-max(size, 1) // ALIGNMENT) * ALIGNMENT


def _pack_arena(lives: list[tuple[int, int, Node]], placements: dict[Node, Placement]) -> int:
    """First fit, the largest first: buffers overlap only if a barrier separates their lives. Returns the arena's size."""
    placed: list[tuple[int, int, int, int]] = []
    total = 0
    for first, last, node in sorted(lives, key=lambda life: -_bytes(life[2])):
        size, offset = _bytes(node), 0
        for other_first, other_last, start, end in sorted(placed, key=lambda p: p[2]):
            if other_last < first or last < other_first:
                continue
            if offset + size <= start:
                break
            offset = max(offset, end)
        placements[node] = Placement("shared", offset)
        placed.append((first, last, offset, offset + size))
        total = max(total, offset + size)
    return total
