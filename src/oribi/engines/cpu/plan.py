"""plan: where every buffer lives, in which order kernels run, and where the threads must wait for each other.

State is updated in place wherever every reader of the old value can run before. A barrier stands only where a thread would
touch what another one owns: kernels that split the same axis the same way follow each other without one. Buffers whose
lives are separated by a barrier share memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from oribi.compiler.fuse import Kernel
from oribi.compiler.internal_primitives import pack
from oribi.graph import dtypes
from oribi.graph.kinds import POINTWISE, Kind
from oribi.graph.node import Node, constant_p, size_of
from oribi.graph.program import Program

from .emit.emitter import Function, Partition
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


class Edges:
    """Which kernels must run before which others.

    Attributes:
        before, after: for each kernel the ones on either side.
    """

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self.before: defaultdict[int, set[int]] = defaultdict(set)
        self.after: defaultdict[int, set[int]] = defaultdict(set)
        self.add(pairs)

    def add(self, pairs: Iterable[tuple[int, int]]) -> None:
        for earlier, later in pairs:
            self.before[later].add(earlier)
            self.after[earlier].add(later)

    def lead(self, start: int, ends: set[int]) -> bool:
        """Whether one of `ends` has to run after `start`."""
        seen, stack = {start}, [start]
        while stack and not seen & ends:
            new = self.after[stack.pop()] - seen
            seen |= new
            stack.extend(new)
        return bool(seen & ends)


# --- updates in place -------------------------------------------------------------------------------------------------


def update_in_place(program: Program, kernels: list[Kernel]) -> tuple[list[Kernel], dict[Node, Node], Edges]:
    """The kernels, which updates are written over their state, {update: state}, and the order that this and the data ask for.

    An update that cannot be is stored apart and copied when all is done, by a kernel that comes to the others.
    """
    kernels, stored = list(kernels), frozenset(n for k in kernels for n in k.outputs)
    maker = {n: i for i, k in enumerate(kernels) for n in k.outputs}
    readers: dict[Node, list[int]] = {}
    for number, kernel in enumerate(kernels):
        for node in reads(kernel, stored):
            readers.setdefault(node, []).append(number)
    edges = Edges((maker[n], i) for n, numbers in readers.items() if n in maker for i in numbers)
    alias: dict[Node, Node] = {}
    late: list[tuple[Node, Node]] = []
    for state, update in zip(program.state, program.updates, strict=True):
        if update is state:
            continue
        writer = maker[update]
        before = [i for i in readers.get(state, ()) if i != writer]
        if _reads_in_place(kernels[writer], state, stored) and not edges.lead(writer, set(before)):
            alias[update] = state
            edges.add((i, writer) for i in before)
        else:
            late.append((state, update))
    for state, update in late:
        copy = pack(update)
        number = len(kernels)
        kernels.append(Kernel(None, (copy,), copy.shape, f"{kernels[maker[update]].name}_copy{number}"))
        alias[copy] = state
        edges.add((i, number) for i in (maker[update], *readers.get(state, ())))
    return kernels, alias, edges


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
        if node.kind is Kind.LEAF or (node in stored and node not in kernel.outputs):
            continue
        inside = in_place and node.kind in POINTWISE
        base = in_place and node.kind is Kind.SCATTER
        stack.extend((o, inside or (base and i == 0)) for i, o in enumerate(node.operands))
    return True


# --- order and barriers -----------------------------------------------------------------------------------------------

Access = tuple[bool, Partition | None]
Touched = dict[Node, set[Access]]


def order(
    functions: Sequence[Function | None], schedules: list[Schedule], edges: Edges, private: frozenset[Node]
) -> list[list[int]]:
    """Phases of kernels: as early as their dependencies allow, and before a barrier rather than after it."""
    missing = [len(edges.before[i]) for i in range(len(functions))]
    ready = [i for i, count in enumerate(missing) if not count]  # a heap: sorted already
    phases: list[list[int]] = [[]]
    touched: Touched = {}
    later: list[int] = []  # ready, and in conflict with what this phase does
    while ready or later:
        if not ready:
            phases.append([])
            touched, ready, later = {}, sorted(later), []
        number = heappop(ready)
        if _conflicts(functions[number], schedules[number], touched, private):
            later.append(number)
            continue
        _touch(functions[number], schedules[number], touched, private)
        phases[-1].append(number)
        for after in edges.after[number]:
            missing[after] -= 1
            if not missing[after]:
                heappush(ready, after)
    return [phase for phase in phases if phase]


def repeats_freely(
    functions: Sequence[Function | None], schedules: list[Schedule], phases: list[list[int]], private: frozenset[Node]
) -> bool:
    """Whether a thread may begin the next step while others are at this one: it touches nothing but its own parts."""
    if len(phases) != 1:
        return False
    touched: Touched = {}
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


def _conflicts(function: Function | None, plan: Schedule, touched: Touched, private: frozenset[Node]) -> bool:
    for node, (written, own) in _accesses(function, plan, private):
        for other_written, other in touched.get(node, ()):
            if (written or other_written) and (own is None or own != other):
                return True
    return False


def _touch(function: Function | None, plan: Schedule, touched: Touched, private: frozenset[Node]) -> None:
    for node, access in _accesses(function, plan, private):
        touched.setdefault(node, set()).add(access)


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
        if node.primitive is constant_p and node not in placements:
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
    placed = np.empty((len(lives), 4), np.int64)  # first and last phase, start and end, sorted by start
    total = 0
    for count, (first, last, node) in enumerate(sorted(lives, key=lambda life: -_bytes(life[2]))):
        size = _bytes(node)
        others = placed[:count]
        alive = others[(others[:, 1] >= first) & (others[:, 0] <= last)]
        ends = np.concatenate(([0], np.maximum.accumulate(alive[:, 3])))
        gaps = np.flatnonzero(alive[:, 2] - ends[:-1] >= size)
        offset = int(ends[gaps[0] if gaps.size else -1])
        placements[node] = Placement("shared", offset)
        at = int(np.searchsorted(others[:, 2], offset, side="right"))
        placed[at + 1 : count + 1] = placed[at:count]
        placed[at] = first, last, offset, offset + size
        total = max(total, offset + size)
    return total
