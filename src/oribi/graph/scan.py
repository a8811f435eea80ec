"""`scan`: a program run once for each slice of arrays, its state handed from one step to the next: what recurrent layers are
made of."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from . import dtypes
from .batching import batched
from .contraction import dot_general, dot_p
from .control import Spec, check_operands, depending, element_p, elements, spec, substituted
from .elementwise import add, full_like
from .grad import backward
from .kinds import Kind
from .node import TUPLE, Node, Primitive, constant, parameter, topological
from .program import Program
from .reductions import reduce_sum, reduce_sum_p


def _infer_scan(*operands: Node, body: Program, length: int, scanned: int, reverse: bool) -> Spec:
    stays = len(body.inputs) - scanned
    expected = [(p.shape if i < stays else (length, *p.shape), p.dtype) for i, p in enumerate(body.inputs)]
    check_operands("scan", operands, [*expected, *map(spec, body.state)])
    return (), TUPLE


def scan(
    body: Program,
    stays: Sequence[Node],
    over: Sequence[Node],
    carry: Sequence[Node],
    length: int,
    reverse: bool = False,
) -> tuple[list[Node], list[Node]]:
    """Run a program for each slice. Contractions that do not wait for its state become one, before the loop.

    Args:
        body: its inputs are what stays the same, then a slice of each of `over`; its state is what is carried.
        stays: values of the former.
        over: arrays whose first axis has the extent `length`.
        carry: the state before the first step.
        length: how many steps.
        reverse: start at the last slice.

    Returns:
        The state after the last step, and for each output of the body all steps' values along a new first axis.
    """
    if not length:
        return list(carry), [constant(np.zeros((0, *o.shape), o.dtype)) for o in body.outputs]
    body, stays, over = _hoisted(body, stays, over)
    node = scan_p(*stays, *over, *carry, body=body, length=length, scanned=len(over), reverse=reverse)
    results = elements(node)
    return results[: len(body.state)], results[len(body.state) :]


def _hoisted(
    body: Program, stays: Sequence[Node], over: Sequence[Node]
) -> tuple[Program, Sequence[Node], Sequence[Node]]:
    """The body without the contractions that depend on slices alone; they become slices of one large contraction."""
    roots = (*body.updates, *body.outputs)
    fixed = dict(zip(body.inputs, stays, strict=False))
    slices = dict(zip(body.inputs[len(stays) :], over, strict=True))
    waiting, varying = depending(roots, body.state), depending(roots, slices)
    early = [n for n in topological(roots) if n.kind is Kind.CONTRACTION and n in varying and n not in waiting]
    stacks = batched(early, slices, fixed) if early else {}
    if not stacks:
        return body, stays, over
    new = {node: parameter(f"hoisted{i}", *spec(node)) for i, node in enumerate(stacks)}
    results = substituted(roots, new)
    read = set(topological(results))
    over_now = {**slices, **{new[n]: stack for n, stack in stacks.items()}}
    fixed, over_now = ({p: v for p, v in known.items() if p in read} for known in (fixed, over_now))
    count = len(body.updates)
    smaller = Program((*fixed, *over_now), body.state, tuple(results[:count]), tuple(results[count:]))
    return smaller, list(fixed.values()), list(over_now.values())


# --- the gradient -----------------------------------------------------------------------------------------------------


def _scan_gradient(cts: dict[int, Node], y: Node) -> tuple[Node | None, ...]:
    """A scan run the other way over what the first one kept; its state is the cotangent of the carried values."""
    body, length, reverse, scanned = (y.attributes[key] for key in ("body", "length", "reverse", "scanned"))
    states, first = len(body.state), len(body.inputs) - scanned
    carried = [i for i, s in enumerate(body.state) if dtypes.is_float(s.dtype)]
    given = [i for i in range(len(body.outputs)) if states + i in cts]
    ct_state = {i: parameter(f"ct_state{i}", *spec(body.state[i])) for i in carried}
    ct_output = {i: parameter(f"ct_output{i}", *spec(body.outputs[i])) for i in given}
    pairs = [(body.updates[i], ct_state[i]) for i in carried] + [(body.outputs[i], ct_output[i]) for i in given]
    wanted = [p for p in (*body.inputs, *body.state) if dtypes.is_float(p.dtype)]
    found = backward(pairs, wanted)

    kept = _kept(body, [*ct_state.values(), *ct_output.values()], found)
    again = Program(body.inputs, body.state, body.updates, (*body.outputs, *kept))
    forward = scan_p(*y.operands, **{**y.attributes, "body": again})
    stands_for = {node: parameter(f"kept{i}", *spec(node)) for i, node in enumerate(kept)}
    over = dict(zip(body.inputs[first:], y.operands[first:], strict=False))
    over |= {ct_output[i]: cts[states + i] for i in given}
    for number, node in enumerate(kept):
        over[stands_for[node]] = element_p(forward, index=states + len(body.outputs) + number)
    of = dict(zip(wanted, substituted(found, stands_for), strict=True))

    sums = _Backward(dict(zip(body.inputs[:first], y.operands, strict=False)), over, list(of.values()))
    for i in carried:
        sums.carry(ct_state[i], of[body.state[i]], cts.get(i) or full_like(body.state[i], 0))
    totals = [(sums.total if i < first else sums.every)(of[p]) if p in of else None for i, p in enumerate(body.inputs)]
    before = [sums.last(ct_state[i]) if i in ct_state else None for i in range(states)]
    results = sums.run(length, not reverse)
    return tuple(later and later(results) for later in (*totals, *before))


def _kept(body: Program, cotangents: Sequence[Node], found: Sequence[Node]) -> list[Node]:
    """The values of the forward body that its gradient reads and that cannot be had from what the gradient is given."""
    original = set(topological((*body.updates, *body.outputs)))
    varying = depending([*original, *found], [*body.inputs, *body.state])
    behind = depending(found, cotangents)
    stack = [o for n in topological(found) if n in behind for o in n.operands] + list(found)
    kept: dict[Node, None] = {}
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen or node in behind or node not in varying or node in body.inputs:
            continue
        seen.add(node)
        if node in body.state or (node in original and node.kind is not Kind.VIEW):
            kept[node] = None
        else:
            stack.extend(node.operands)
    return list(kept)


Results = tuple[dict[Node, Node], list[Node]]
Later = Callable[[Results], Node]  # a node that can be made once the loop is there, from its last state and its outputs


class _Backward:
    """The loop of a gradient, while it is put together.

    Attributes:
        stays, over: the value of each of its inputs.
        state: for each of its state the next value and the first one.
        outputs: what is kept of each step, and its number.
        found: all that `total` may be asked of.
    """

    def __init__(self, stays: dict[Node, Node], over: dict[Node, Node], found: Sequence[Node]) -> None:
        self.stays, self.over = stays, over
        self.state: dict[Node, tuple[Node, Node]] = {}
        self.outputs: dict[Node, int] = {}
        self.found = found

    def carry(self, state: Node, update: Node, start: Node) -> None:
        self.state[state] = update, start

    def last(self, state: Node) -> Later:
        """A state after the last step."""
        return lambda results: results[0][state]

    def every(self, node: Node) -> Later:
        """The values of all steps, along a new first axis."""
        if node in self.over:
            return lambda results: self.over[node]
        index = self.outputs.setdefault(node, len(self.outputs))
        return lambda results: results[1][index]

    @cached_property
    def varying(self) -> set[Node]:
        """What differs from step to step."""
        return depending(self.found, [*self.over, *self.state])

    @cached_property
    def undivided(self) -> set[Node]:
        """The nodes whose total is not made of their operands' totals. Where there are several operands, as in an addition, it is
        only where that saves work in the loop."""
        saves: set[Node] = set()
        undivided: set[Node] = set()
        for node in topological(self.found):
            late = self._is_summed_late(node)
            saving = len(node.operands) == 1 or any(o in saves for o in node.operands)
            divided = not late and saving and node in self.varying and _is_linear(node)
            if divided or late:
                saves.add(node)
            if not divided:
                undivided.add(node)
        return undivided

    def _is_summed_late(self, node: Node) -> bool:
        product = node.primitive is dot_p and all(o in self.varying for o in node.operands)
        return product or node.primitive is reduce_sum_p

    @cached_property
    def kept(self) -> set[Node]:
        """What is there of each step after the loop."""
        late = [node for node in topological(self.found) if self._is_summed_late(node)]
        return {*self.over, *(o for node in late for o in node.operands)}

    def total(self, node: Node) -> Later:
        """The sum of all steps' values. Contractions and sums are put off, and sums of what is kept: one of all steps, after the
        loop. A sum that is carried through the loop loses digits, if there are many steps."""
        order = topological([node], self.undivided)
        parts = {n: self._total(n) for n in order if n in self.undivided}

        def later(results: Results) -> Node:
            totals: dict[Node, Node] = {}
            for n in order:
                of = [totals[o] for o in n.operands] if n not in parts else []
                totals[n] = parts[n](results) if n in parts else n.primitive(*of, **n.attributes)
            return totals[node]

        return later

    def _total(self, node: Node) -> Later:
        if node.primitive is dot_p and self._is_summed_late(node):
            lhs, rhs = map(self.every, node.operands)
            return lambda results: _contracted(node, lhs(results), rhs(results))
        if node.primitive is reduce_sum_p:
            each = self.every(node.operands[0])
            axes = (0, *(axis + 1 for axis in node.attributes["axes"]))
            return lambda results: reduce_sum(each(results), axes)
        if node in self.kept:
            kept = self.every(node)
            return lambda results: reduce_sum(kept(results), (0,))
        total = parameter("total", *spec(node))
        self.carry(total, add(total, node), full_like(node, 0))
        return self.last(total)

    def run(self, length: int, reverse: bool) -> Results:
        """The scan, as soon as all is known."""
        updates = [update for update, _ in self.state.values()]
        read = set(topological([*updates, *self.outputs]))
        stays, over = ({p: v for p, v in known.items() if p in read} for known in (self.stays, self.over))
        body = Program((*stays, *over), tuple(self.state), tuple(updates), tuple(self.outputs))
        starts = [start for _, start in self.state.values()]
        last, outputs = scan(body, list(stays.values()), list(over.values()), starts, length, reverse)
        return dict(zip(self.state, last, strict=True)), outputs


def _is_linear(node: Node) -> bool:
    return node.primitive.linear and not node.attributes.get("value")


def _contracted(node: Node, lhs: Node, rhs: Node) -> Node:
    """The sum over all steps of a contraction: the steps are one more contracted axis."""
    contract, batch = (
        tuple(tuple(axis + 1 for axis in side) for side in node.attributes[key]) for key in ("contract", "batch")
    )
    return dot_general(lhs, rhs, ((0, *contract[0]), (0, *contract[1])), batch)  # type: ignore[arg-type]


# Operands: what stays the same, the arrays that are scanned over (`scanned` of them), the state before the first step.
scan_p = Primitive("scan", _infer_scan, _scan_gradient, Kind.CONTROL, bodies=("body",))

TABLE = {scan_p.name: scan_p}
