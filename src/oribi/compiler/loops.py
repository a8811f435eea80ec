"""loops: the programs inside of a program (`scan`, `while_loop`, `cond`), made ready to be compiled as that is.

`tidy` merges scans that are alike but for what they return, and drops what nobody reads. `sink` moves what only one branch needs
into that branch. `prepare` puts every body through the passes, and takes out of it what is the same in every step.
`materialize_operands` gives each loop its operands in memory, as its body expects them.
"""

from collections.abc import Callable
from dataclasses import replace

from oribi.graph.control import cond_p, depending, element_p, spec, substituted, while_p
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, constant_p, parameter, parameter_p, topological
from oribi.graph.program import Program
from oribi.graph.scan import scan_p

from .fuse import computes, reshaped_buffer
from .internal_primitives import pack
from .rewrite import rebuilt, rewrite, splat_of

# --- tidy -------------------------------------------------------------------------------------------------------------


def tidy(program: Program) -> Program:
    """The same program: of scans that are alike one is left, and of each only what somebody reads."""
    while True:
        smaller = _tidied(program)
        if smaller is program:
            return program
        program = smaller


def _tidied(program: Program) -> Program:
    order = topological((*program.updates, *program.outputs))
    groups: dict[object, list[Node]] = {}
    read: dict[Node, list[int]] = {}
    for node in order:
        if node.primitive is scan_p:
            groups.setdefault(_likeness(node), []).append(node)
            read[node] = []
        elif node.kind is Kind.ELEMENT and node.operands[0] in read:
            read[node.operands[0]].append(node.attributes["index"])
    leaders: dict[Node, _Leader] = {}
    for group in groups.values():
        leader = _Leader(group, read)
        if leader.changed:
            leaders.update(dict.fromkeys(group, leader))
    if not leaders:
        return program

    def make(node: Node, operands: tuple[Node, ...]) -> Node | None:
        if node in leaders:
            return leaders[node].made_of(operands)
        if node.kind is Kind.ELEMENT and node.operands[0] in leaders:
            place = leaders[node.operands[0]].place(node.operands[0], node.attributes["index"])
            return element_p(*operands, index=place)
        return None

    return rebuilt(program, make)


def _likeness(node: Node) -> object:
    """Equal for scans that do the same, whatever they return."""
    body = node.attributes["body"]
    parts = (*node.operands, *body.inputs, *body.state, *body.updates)
    return (*map(id, parts), node.attributes["length"], node.attributes["reverse"])


class _Leader:
    """The one scan that stands for a group of scans that are alike."""

    def __init__(self, group: list[Node], read: dict[Node, list[int]]) -> None:
        first = group[0].attributes["body"]
        self.attributes, self.body = group[0].attributes, first
        self.made: Node | None = None
        states = len(first.state)
        outputs: dict[Node, None] = {}
        carried: set[int] = set()
        for node in group:
            for index in read[node]:
                if index < states:
                    carried.add(index)
                else:
                    outputs[node.attributes["body"].outputs[index - states]] = None
        self.outputs = tuple(outputs)
        self.state = self._needed(carried)
        updates = [first.updates[i] for i in self.state]
        needed = set(topological([*updates, *outputs]))
        self.twins = self._twins([i for i in self.state if first.state[i] not in needed])
        self.state = [i for i in self.state if i not in self.twins]
        self.inputs = [i for i, p in enumerate(first.inputs) if p in needed]
        whole = len(self.state) == states and len(self.inputs) == len(first.inputs)
        self.changed = len(group) > 1 or not whole or len(outputs) < len(first.outputs)

    def _needed(self, carried: set[int]) -> list[int]:
        """Which of the state is read, or goes into what is."""
        body = self.body
        while True:
            roots = [*self.outputs, *(body.updates[i] for i in carried)]
            needed = set(topological(roots))
            more = {i for i, s in enumerate(body.state) if s in needed} | carried
            if more == carried:
                return sorted(carried)
            carried = more

    def _twins(self, unread: list[int]) -> dict[int, int]:
        """State that no step reads and whose next value another one has too: {it: the other}."""
        updates, twins = self.body.updates, {}
        for i in unread:
            others = (j for j in self.state if j != i and j not in twins and updates[j] is updates[i])
            other = next(others, None)
            if other is not None:
                twins[i] = other
        return twins

    def made_of(self, operands: tuple[Node, ...]) -> Node:
        if self.made is None:
            body, count, attributes = self.body, len(self.body.inputs), self.attributes
            program = Program(
                tuple(body.inputs[i] for i in self.inputs),
                tuple(body.state[i] for i in self.state),
                tuple(body.updates[i] for i in self.state),
                self.outputs,
            )
            scanned = sum(i >= count - attributes["scanned"] for i in self.inputs)
            given = [operands[i] for i in self.inputs] + [operands[count + i] for i in self.state]
            self.made = scan_p(*given, **{**attributes, "body": program, "scanned": scanned})
        return self.made

    def place(self, node: Node, index: int) -> int:
        """Where a result of one of the group is among those of the leader."""
        states = len(self.body.state)
        if index < states:
            return self.state.index(self.twins.get(index, index))
        return len(self.state) + self.outputs.index(node.attributes["body"].outputs[index - states])


# --- sink -------------------------------------------------------------------------------------------------------------


def sink(program: Program) -> Program:
    """The same program, with what only one branch of a `cond` needs computed inside of that branch."""
    roots = [*program.updates, *program.outputs]
    while True:
        order = topological(roots)
        conds = [n for n in order if n.primitive is cond_p]
        place = _places(order, roots) if conds else {}
        found = {n for n in conds if any(place[o] in _branches(n) for o in n.operands)}
        found -= {inside[0] for n in found if (inside := place[n]) is not None}  # the innermost ones first
        if not found:
            break
        roots = _with_insides(order, roots, found, place)
    count = len(program.updates)
    return Program(program.inputs, program.state, tuple(roots[:count]), tuple(roots[count:]))


Branch = tuple[Node, str]  # a cond, and which of its attributes
Place = Branch | None  # a branch of a cond; None for what others read too


def _branches(cond: Node) -> list[Branch]:
    return [(cond, name) for name in cond_p.bodies]


def _places(order: list[Node], roots: list[Node]) -> dict[Node, Place]:
    """The branch that alone reads a node, directly or through others."""
    readers: dict[Node, set[Place]] = {root: {None} for root in roots}
    place: dict[Node, Place] = {}
    for node in reversed(order):
        (only,) = readers[node] if len(readers[node]) == 1 else (None,)
        place[node] = None if node.kind is Kind.LEAF else only
        inside = _readers_inside(node) if node.primitive is cond_p else [None] * len(node.operands)
        for operand, branch in zip(node.operands, inside, strict=True):
            readers.setdefault(operand, set()).add(branch or only)
    return place


def _readers_inside(cond: Node) -> list[Place]:
    """For each operand of a cond the only branch of it that reads it."""
    reading: dict[int, list[Branch]] = {}
    for branch in _branches(cond):
        body = cond.attributes[branch[1]]
        read = set(topological(body.outputs))
        for position, inner in enumerate(body.inputs):
            if inner in read:
                reading.setdefault(position, []).append(branch)
    alone = [reading.get(position, []) for position in range(len(cond.operands) - 1)]
    return [None, *(branches[0] if len(branches) == 1 else None for branches in alone)]


def _with_insides(order: list[Node], roots: list[Node], conds: set[Node], place: dict[Node, Place]) -> list[Node]:
    """The roots, these conds computing in their branches what belongs there."""
    new: dict[Node, Node] = {}
    for node in order:
        made = _with_inside(node, place) if node in conds else node
        new[node] = made.on(tuple(new[o] for o in made.operands))
    return [new[root] for root in roots]


class _Outside:
    """The nodes that do not belong to a branch."""

    def __init__(self, branch: Place, place: dict[Node, Place]) -> None:
        self.branch, self.place = branch, place

    def __contains__(self, node: object) -> bool:
        return node in self.place and self.place[node] != self.branch


def _with_inside(cond: Node, place: dict[Node, Place]) -> Node:
    """A cond that computes in its branches what belongs there; its operands are nodes of the graph as it is."""
    outer: dict[Node, Node] = {}
    results = {}
    for branch in _branches(cond):
        name = branch[1]
        body, outside = cond.attributes[name], _Outside(branch, place)
        made = substituted(body.outputs, dict(zip(body.inputs, cond.operands[1:], strict=True)), outside)
        for node in topological(made, outside):
            if node in outside and node.primitive is not constant_p and node not in outer:
                outer[node] = parameter(f"outside{len(outer)}", *spec(node))
        results[name] = made, outside
    inputs = tuple(outer.values())
    branches = {
        name: Program(inputs, (), (), tuple(substituted(made, outer, outside)))
        for name, (made, outside) in results.items()
    }
    return replace(cond, operands=(cond.operands[0], *outer), attributes=branches)


# --- prepare ----------------------------------------------------------------------------------------------------------


def prepare(program: Program, passes: Callable[[Program], Program]) -> Program:
    """The program with every body put through `passes`, and what does not change from step to step computed before the loop."""
    return rewrite(program, {Kind.CONTROL: lambda node, context: _prepared(node, passes)})


def _prepared(node: Node, passes: Callable[[Program], Program]) -> Node:
    programs = {name: passes(node.attributes[name]) for name in node.primitive.bodies}
    if node.primitive is cond_p:
        return replace(node, attributes=programs)
    body, operands = programs["body"], list(node.operands)
    lead = int(node.primitive is while_p)  # its first operand tells whether to begin
    stays = len(body.inputs) - node.attributes.get("scanned", 0)
    lifted = _same_in_every_step(body, stays)
    new = {inner: parameter(f"lifted{i}", *spec(inner)) for i, inner in enumerate(lifted)}
    outside = substituted(lifted, dict(zip(body.inputs[:stays], operands[lead:], strict=False)))
    roots = substituted([*body.updates, *body.outputs], new)
    inputs = (*body.inputs[:stays], *new.values(), *body.inputs[stays:])
    count = len(body.updates)
    smaller = Program(inputs, body.state, tuple(roots[:count]), tuple(roots[count:]))
    operands[lead + stays : lead + stays] = outside
    return replace(node, operands=tuple(operands), attributes={**node.attributes, "body": smaller})


def _same_in_every_step(body: Program, stays: int) -> list[Node]:
    """What a body computes out of nothing that changes, and reads: packed weights, mostly."""
    roots = (*body.updates, *body.outputs)
    changing = depending(roots, (*body.inputs[stays:], *body.state))
    found: dict[Node, None] = {}
    for node in topological(roots):
        for operand in node.operands[: keeps(node)] if node in changing else ():
            while operand.kind is Kind.VIEW:
                operand = operand.operands[0]
            if operand not in changing and operand.kind is not Kind.LEAF and operand.operands:
                found[operand] = None
    return list(found)


# --- operands in memory -----------------------------------------------------------------------------------------------


def materialize_operands(program: Program) -> Program:
    """Every operand of a loop or a foreign function in a buffer, in row-major order; each carried value in one of its own, which
    the loop overwrites."""

    def make(node: Node, operands: tuple[Node, ...]) -> Node | None:
        if node.kind not in (Kind.CONTROL, Kind.FOREIGN):
            return None
        return node.on(tuple(o if i < keeps(node) and _is_buffer(o) else pack(o) for i, o in enumerate(operands)))

    return rebuilt(program, make)


def keeps(node: Node) -> int:
    """How many of a node's operands, the first ones, it leaves as they are: a loop overwrites what it carries."""
    carried = node.attributes["body"].state if node.primitive in (scan_p, while_p) else ()
    return len(node.operands) - len(carried)


def _is_buffer(node: Node) -> bool:
    base = reshaped_buffer(node)
    return (
        base.primitive is parameter_p
        or base.kind is Kind.ELEMENT
        or computes(base)
        or (base.primitive is constant_p and splat_of(base) is None)
    )
