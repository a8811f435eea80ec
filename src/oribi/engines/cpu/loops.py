"""loops: the programs inside of a program (`scan`, `while_loop`, `cond`), made ready to be compiled as that is.

`tidy` merges scans that are alike but for what they return, and drops what nobody reads. `prepare` puts every body through
the passes, and takes out of it what is the same in every step. `own_operands` gives each loop its operands in memory, as its body
expects them.
"""

from collections.abc import Callable

from oribi.graph.control import depending, element_p, spec, substituted
from oribi.graph.node import Node, parameter, topological
from oribi.graph.program import Program

from .fuse import COMPUTES, LOOPS, reshaped_buffer
from .index import AFFINE_VIEWS, LEAVES
from .own import pack
from .rewrite import Context, rebuilt, rewrite, splat_of

BODIES = {"scan": ("body",), "while_loop": ("body",), "cond": ("on_true", "on_false")}


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
        if node.op == "scan":
            groups.setdefault(_likeness(node), []).append(node)
            read[node] = []
        elif node.op == "element" and node.operands[0] in read:
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
        if node.op == "element" and node.operands[0] in leaders:
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
            from oribi.graph.scan import scan_p

            self.made = scan_p(*given, **{**attributes, "body": program, "scanned": scanned})
        return self.made

    def place(self, node: Node, index: int) -> int:
        """Where a result of one of the group is among those of the leader."""
        states = len(self.body.state)
        if index < states:
            return self.state.index(index)
        return len(self.state) + self.outputs.index(node.attributes["body"].outputs[index - states])


# --- prepare ----------------------------------------------------------------------------------------------------------


def prepare(program: Program, passes: Callable[[Program], Program]) -> Program:
    """The program with every body put through `passes`, and what does not change from step to step computed before the loop."""
    return rewrite(program, dict.fromkeys(LOOPS, lambda node, context: _prepared(node, context, passes)))


def _prepared(node: Node, context: Context, passes: Callable[[Program], Program]) -> Node:
    attributes = dict(node.attributes)
    operands = list(node.operands)
    if node.op == "cond":
        for name in BODIES["cond"]:
            attributes[name] = passes(attributes[name])
        return Node(node.primitive, node.operands, attributes, node.shape, node.dtype, node.origin)
    body = passes(attributes["body"])
    lead = int(node.op == "while_loop")  # its first operand tells whether to begin
    stays = len(body.inputs) - attributes.get("scanned", 0)
    lifted = _same_in_every_step(body, stays)
    new = {inner: parameter(f"lifted{i}", *spec(inner)) for i, inner in enumerate(lifted)}
    outside = substituted(lifted, dict(zip(body.inputs[:stays], operands[lead:], strict=False)))
    roots = substituted([*body.updates, *body.outputs], new)
    inputs = (*body.inputs[:stays], *new.values(), *body.inputs[stays:])
    count = len(body.updates)
    attributes["body"] = Program(inputs, body.state, tuple(roots[:count]), tuple(roots[count:]))
    operands[lead + stays : lead + stays] = outside
    return Node(node.primitive, tuple(operands), attributes, node.shape, node.dtype, node.origin)


def _same_in_every_step(body: Program, stays: int) -> list[Node]:
    """What a body computes out of nothing that changes, and reads: packed weights, mostly."""
    roots = (*body.updates, *body.outputs)
    changing = depending(roots, (*body.inputs[stays:], *body.state))
    found: dict[Node, None] = {}
    for node in topological(roots):
        for operand in node.operands if node in changing else ():
            while operand.op in AFFINE_VIEWS:
                operand = operand.operands[0]
            if operand not in changing and operand.op not in LEAVES and operand.operands:
                found[operand] = None
    return list(found)


# --- operands in memory -----------------------------------------------------------------------------------------------


def own_operands(program: Program) -> Program:
    """Every operand of a loop in a buffer, in row-major order; each carried value in one of its own, which the loop overwrites."""

    def make(node: Node, operands: tuple[Node, ...]) -> Node | None:
        if node.op not in LOOPS:
            return None
        keeps = len(operands) - len(node.attributes["body"].state if "body" in node.attributes else ())
        given = [o if i < keeps and _is_buffer(o) else pack(o) for i, o in enumerate(operands)]
        return Node(node.primitive, tuple(given), node.attributes, node.shape, node.dtype, node.origin)

    return rebuilt(program, make)


def _is_buffer(node: Node) -> bool:
    base = reshaped_buffer(node)
    return (
        base.op in ("parameter", "element") or base.op in COMPUTES or (base.op == "constant" and splat_of(base) is None)
    )
