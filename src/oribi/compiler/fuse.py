"""fuse: Program -> kernels.

Every node that computes starts as a group of its own. Groups of one shape are merged along the edges between them: what
follows a contraction becomes its epilogue (bias, relu, dropout, or the whole of Adam behind a weight gradient). A group holds
at most one root, a node that needs loops of its own (a contraction, a reduction, a scatter). Merging never makes a cycle of
groups. What groups then read of one another is stored in buffers, or, where that is cheaper, computed by the reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from oribi.graph.kinds import POINTWISE, Cost, Kind
from oribi.graph.node import Node, Shape, constant_p, parameter_p, topological
from oribi.graph.program import Program
from oribi.graph.structural import reshape_p

from .index import axis_vars, of, through_views

ALONE = frozenset({Kind.CONTROL, Kind.FOREIGN, Kind.SCATTER})  # roots that nothing is merged with
ROOTS = ALONE | {Kind.REDUCTION, Kind.ARG_REDUCTION, Kind.ORDERED, Kind.CONTRACTION}  # what needs loops of its own
CHEAP_LIMIT = 3  # operations worth computing again instead of storing
LARGEST = 128  # nodes of a group: LLVM's time for a function grows faster than the function
SEARCH_LIMIT = 1000  # groups that are looked at for a path; where there are more between two groups, these stay apart
RECOMPUTE_LIMIT = 1.5  # how often on average the only reader may compute an element, rather than load it


@dataclass
class Kernel:
    """One loop nest.

    Attributes:
        root: what needs loops of its own (a contraction, a reduction, a scatter), or a program inside of the program; else None.
        outputs: the nodes that it stores, all of the domain's shape; of a program inside, its results.
        domain: extents of the parallel loops.
        name: `k` and its number, then the ops that characterise it.
    """

    root: Node | None
    outputs: tuple[Node, ...]
    domain: Shape
    name: str

    def __str__(self) -> str:
        def listed(nodes: Iterable[Node]) -> str:
            return ", ".join(f"{n.op}[{','.join(map(str, n.shape))}]" for n in nodes)

        root = f" root {listed([self.root])} of {listed(self.root.operands)}" if self.root else ""
        return f"{self.name} over {list(self.domain)}{root} -> {listed(self.outputs)}"


@dataclass(eq=False)
class Group:
    """Nodes that will be computed in one loop nest.

    Attributes:
        members, root, shape: the nodes; which of them needs loops of its own; the shape of all.
        producers, consumers: groups on either side.
        reads_at_other_index: those of `producers` that are read at other places than the one that is computed: by the root, or
            through views. They have to be complete before.
        level: above that of all that it reads.
    """

    members: list[Node]
    root: Node | None
    shape: Shape
    producers: set["Group"] = field(default_factory=set)
    consumers: set["Group"] = field(default_factory=set)
    reads_at_other_index: set["Group"] = field(default_factory=set)
    level: int = 0


def fuse(program: Program, prefix: str = "") -> list[Kernel]:
    """The kernels of a program, producers before consumers; `prefix` sets their names apart from those of other programs."""
    roots = (*program.updates, *program.outputs)
    order = topological(roots)
    stored = _must_store(order, roots)
    groups = _singletons(order, stored)
    _merge_along_edges(order, groups)
    _choose_stored(order, groups, stored)
    return _kernels(order, groups, stored, prefix)


def _must_store(order: list[Node], roots: tuple[Node, ...]) -> set[Node]:
    """Results, packed operands, what contractions read, and what goes into and out of programs inside."""
    stored = {n for n in roots if n.kind is not Kind.LEAF}
    for node in order:
        if node.kind in (Kind.COPY, Kind.ELEMENT):
            stored.add(node)
        if node.kind in (Kind.CONTROL, Kind.FOREIGN):
            stored.update(buffer for buffer in map(reshaped_buffer, node.operands) if buffer.kind is not Kind.LEAF)
        if node.kind is Kind.CONTRACTION:
            for operand in node.operands:
                dims = tuple(map(of, axis_vars(operand.shape, "a")))
                base, _ = through_views(operand, dims, lambda n: n in stored or n.kind is Kind.LEAF)
                if base.primitive is not parameter_p and not (base.primitive is constant_p and base.size > 1):
                    stored.add(base)
    return stored


def computes(node: Node) -> bool:
    """Whether a node's elements are worth a loop: they are not merely found in the operands, or where they stand."""
    return (
        node.kind in ROOTS
        or node.kind in POINTWISE
        or (node.kind is Kind.GENERATOR and node.primitive.cost > Cost.FREE)
    )


def reshaped_buffer(node: Node) -> Node:
    """The node in whose memory a reshaped one lies."""
    while node.primitive is reshape_p:
        node = node.operands[0]
    return node


def sources(node: Node, groups: "dict[Node, Group]") -> list[Node]:
    """The grouped nodes that a node reads, through views that are nobody's."""
    return _nearest(node.operands, groups)


def _nearest(nodes: Iterable[Node], groups: "dict[Node, Group]") -> list[Node]:
    """The grouped nodes among these, and under those of these that are views."""
    found, stack, seen = [], list(nodes), set()
    while stack:
        operand = stack.pop()
        if operand in seen:
            continue
        seen.add(operand)
        if operand in groups:
            found.append(operand)
        else:
            stack.extend(operand.operands)
    return found


def _singletons(order: list[Node], stored: set[Node]) -> dict[Node, Group]:
    groups: dict[Node, Group] = {}
    for node in order:
        if node.kind is Kind.ELEMENT:
            groups[node] = groups[node.operands[0]]
            groups[node].members.append(node)
        elif computes(node) or node in stored:
            groups[node] = Group([node], node if node.kind in ROOTS else None, node.shape)
    for node, group in groups.items():
        for source in sources(node, groups):
            if groups[source] is not group:
                group.producers.add(groups[source])
                groups[source].consumers.add(group)
        apart = [o for o in node.operands if o not in groups or node.kind not in POINTWISE]
        group.reads_at_other_index.update(groups[source] for source in _nearest(apart, groups))
        group.level = 1 + max((g.level for g in group.producers), default=0)
    return groups


def _merge_along_edges(order: list[Node], groups: dict[Node, Group]) -> None:
    for node in order:
        if node not in groups or node.kind not in POINTWISE:
            continue
        for operand in node.operands:
            if operand not in groups or operand.kind in (Kind.COPY, Kind.VIEW):
                continue
            producer, consumer = groups[operand], groups[node]
            if _can_merge(producer, consumer):
                _merge(producer, consumer, groups)


def _can_merge(producer: Group, consumer: Group) -> bool:
    if producer is consumer or producer.shape != consumer.shape:
        return False
    if (
        producer in consumer.reads_at_other_index
        or (producer.root and consumer.root)
        or any(g.root and g.root.kind in ALONE for g in (producer, consumer))
        or len(producer.members) + len(consumer.members) > LARGEST
    ):
        return False
    return not _depends_otherwise(consumer, producer)


def _depends_otherwise(group: Group, on: Group) -> bool:
    """Whether a group reads another, which it reads directly, through a third one as well."""
    seen = {g for g in group.producers if g.level > on.level}
    stack = list(seen)
    while stack and len(seen) < SEARCH_LIMIT:
        reads = stack.pop().producers
        if on in reads:
            return True
        more = {g for g in reads if g.level > on.level} - seen
        seen |= more
        stack.extend(more)
    return bool(stack)


def _merge(into: Group, other: Group, groups: dict[Node, Group]) -> None:
    into.members += other.members
    into.root = into.root or other.root
    for node in other.members:
        groups[node] = into
    for group in other.producers:
        group.consumers.discard(other)
        group.consumers.add(into)
    for group in other.consumers:
        group.producers.discard(other)
        group.producers.add(into)
        if other in group.reads_at_other_index:
            group.reads_at_other_index.add(into)
    into.reads_at_other_index |= other.reads_at_other_index
    into.producers = (into.producers | other.producers) - {into, other}
    into.consumers = (into.consumers | other.consumers) - {into, other}
    _raise(into, max((1 + g.level for g in into.producers), default=0))


def _raise(group: Group, level: int) -> None:
    """Lift a group at least to a level, and what reads it above that."""
    stack = [(group, level)]
    while stack:
        group, level = stack.pop()
        group.level = max(group.level, level)
        stack.extend((reader, group.level + 1) for reader in group.consumers if reader.level <= group.level)


def _choose_stored(order: list[Node], groups: dict[Node, Group], stored: set[Node]) -> None:
    """Add to `stored` what is read across groups and not better computed again.

    Consumers are visited first, so that a node that its readers will compute themselves stands in their place when its
    own operands' readers are counted.
    """
    needed_in: dict[Node, set[Group]] = {n: set() for n in groups}
    for node in reversed(order):
        if node not in groups:
            continue
        own, needed = groups[node], needed_in[node]
        if node not in stored and needed - {own} and not _inlined(node, own, needed, groups, stored):
            stored.add(node)
        computed_in = {own} if node in stored else needed
        for source in sources(node, groups):
            needed_in[source] |= computed_in


def _inlined(node: Node, own: Group, needed: set[Group], groups: dict[Node, Group], stored: set[Node]) -> bool:
    """Whether it is cheaper to compute the node again in its readers than to store it."""
    if node.kind in ROOTS:
        return False
    if _cost(node, stored) <= CHEAP_LIMIT:
        return True
    if own.root is not None or own in needed or len(needed) != 1 or own.consumers - needed:
        return False
    (reader,) = needed
    return _points(reader) <= RECOMPUTE_LIMIT * node.size


def _points(group: Group) -> int:
    """How many times the loops of a group evaluate what they read."""
    largest = [o.size for o in group.root.operands] if group.root and group.root.kind is Kind.REDUCTION else []
    return max([*largest, group.members[0].size])


def _cost(node: Node, stored: set[Node]) -> int:
    """Operations to compute a node from what is stored; more than CHEAP_LIMIT where it is not worth counting."""
    cost, stack = 0, [node]
    while stack and cost <= CHEAP_LIMIT:
        one = stack.pop()
        if one not in stored:
            cost += one.primitive.cost
            stack.extend(one.operands)
    return cost


def _kernels(order: list[Node], groups: dict[Node, Group], stored: set[Node], prefix: str) -> list[Kernel]:
    kernels: list[Kernel] = []
    sequence = {node: number for number, node in enumerate(order)}
    live = [groups[n] for n in order if n in groups and n in stored]
    for group in _in_order(list(dict.fromkeys(live)), sequence):
        outputs = tuple(sorted((n for n in group.members if n in stored), key=sequence.__getitem__))
        what = group.root.op if group.root else outputs[-1].op
        kernels.append(Kernel(group.root, outputs, group.shape, f"{prefix}k{len(kernels)}_{what}"))
    return kernels


def _in_order(groups: list[Group], sequence: dict[Node, int]) -> list[Group]:
    """Groups after all that they read, the earliest first."""
    result: list[Group] = []
    state: dict[Group, bool] = {}

    def visit(start: Group) -> None:
        stack = [(start, False)]
        while stack:
            group, ready = stack.pop()
            if ready:
                result.append(group)
            elif group not in state:
                state[group] = True
                stack.append((group, True))
                ordered = sorted(group.producers, key=lambda g: sequence[g.members[0]], reverse=True)
                stack.extend((g, False) for g in ordered if g not in state)

    for group in groups:
        visit(group)
    kept = set(groups)
    return [g for g in result if g in kept]
