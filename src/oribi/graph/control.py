"""Control flow: `while_loop` and `cond`, primitives that hold programs. (`scan`, the third, has a file of its own.)

They have several results, and a node has one value: such a node's value is a tuple, and `element` picks out of it. The programs see
what they need as inputs: nothing in them reaches out. `closed` makes such a program of nodes that do.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from . import dtypes
from .grad import backward
from .kinds import Kind
from .node import TUPLE, GraphError, Node, Primitive, Shape, constant_p, parameter, topological
from .program import Program

Spec = tuple[Shape, str]


def spec(node: Node) -> Spec:
    return node.shape, node.dtype


# --- graphs of graphs -------------------------------------------------------------------------------------------------


def substituted(outputs: Sequence[Node], known: Mapping[Node, Node], kept: Container[Node] | None = None) -> list[Node]:
    """The outputs with other nodes in the place of some that they depend on; those `kept`, and what lies under them, stay."""
    new = dict(known)
    for node in topological(outputs, kept):
        if node not in new:
            stays = kept is not None and node in kept
            new[node] = node if stays else node.on(tuple(new[o] for o in node.operands))
    return [new[o] for o in outputs]


def depending(outputs: Iterable[Node], sources: Iterable[Node]) -> set[Node]:
    """The nodes under `outputs` that depend on a source, sources included."""
    found = set(sources)
    for node in topological(outputs):
        if any(o in found for o in node.operands):
            found.add(node)
    return found


def closed(outputs: Sequence[Node], parameters: Sequence[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """What is outside of a body moved out of it.

    Args:
        outputs: nodes that depend on the parameters, and on anything else.
        parameters: what the body is a function of.

    Returns:
        The nodes from outside that the body reads, the parameters that stand for them, and the outputs in terms of parameters.
    """
    if not parameters:  # nothing is inside
        outer = {
            o: parameter(f"outer{i}", *spec(o))
            for i, o in enumerate(dict.fromkeys(outputs))
            if o.primitive is not constant_p
        }
        return list(outer), list(outer.values()), [outer.get(o, o) for o in outputs]
    inside = depending(outputs, parameters)
    outer = {}
    readers = [(n.operands, n in inside) for n in topological(outputs)]
    for operands, is_inside in [*readers, (tuple(outputs), True)]:
        for operand in operands if is_inside else ():
            if operand not in inside and operand.primitive is not constant_p and operand not in outer:
                outer[operand] = parameter(f"outer{len(outer)}", operand.shape, operand.dtype)
    return list(outer), list(outer.values()), substituted(outputs, outer)


# --- element ----------------------------------------------------------------------------------------------------------


def results_of(several: Node) -> list[Spec]:
    """Shape and dtype of each result of a node that has several."""
    return [_result(several, index) for index in range(_count(several))]


def _count(several: Node) -> int:
    if several.kind is Kind.FOREIGN:
        return len(several.attributes["results"])
    if several.primitive is cond_p:
        return len(several.attributes["on_true"].outputs)
    body = several.attributes["body"]
    return len(body.state) + (len(body.outputs) if "length" in several.attributes else 0)


def _result(several: Node, index: int) -> Spec:
    if several.kind is Kind.FOREIGN:
        return several.attributes["results"][index]
    if several.primitive is cond_p:
        return spec(several.attributes["on_true"].outputs[index])
    body = several.attributes["body"]
    if index < len(body.state):
        return spec(body.state[index])
    each = body.outputs[index - len(body.state)]
    return (several.attributes["length"], *each.shape), each.dtype


def _infer_element(several: Node, *, index: int) -> Spec:
    if not 0 <= index < _count(several):
        raise GraphError(f"element {index} of {several!r}, which has {_count(several)} results")
    return _result(several, index)


def _element_gradient(ct: Node, y: Node) -> tuple[dict[int, Node]]:
    """The cotangent of a tuple is a dict: which results have one."""
    return ({y.attributes["index"]: ct},)


element_p = Primitive("element", _infer_element, _element_gradient, Kind.ELEMENT)


def elements(several: Node) -> list[Node]:
    """All results of a node that has several."""
    return [element_p(several, index=i) for i in range(_count(several))]


def check_operands(name: str, operands: Sequence[Node], expected: Sequence[Spec]) -> None:
    """Raise a GraphError unless the operands have the shapes and dtypes that the programs take."""
    if [spec(o) for o in operands] != list(expected):
        listed = ", ".join(f"{dtype}{list(shape)}" for shape, dtype in expected)
        raise GraphError(f"{name} needs operands of {listed}, got {', '.join(map(repr, operands))}")


# --- while_loop -------------------------------------------------------------------------------------------------------


def _infer_while(goes_on: Node, *operands: Node, body: Program) -> Spec:
    if spec(goes_on) != ((), "bool") or [spec(o) for o in body.outputs] != [((), "bool")]:
        raise GraphError(f"while_loop needs one bool that tells whether to go on, got {goes_on!r} and {body.outputs}")
    check_operands("while_loop", operands, [*map(spec, body.inputs), *map(spec, body.state)])
    return (), TUPLE


def _while_gradient(ct: dict[int, Node], y: Node) -> tuple[Node, ...]:
    raise GraphError("while_loop has no gradient: how often it runs is not known. Use scan, or a fixed number of steps")


# Operands: whether to begin, then the body's inputs, then its state. The body's only output tells whether to go on.
while_p = Primitive("while_loop", _infer_while, _while_gradient, Kind.CONTROL, bodies=("body",))


def while_loop(state: Sequence[Node], goes_on: Node, updates: Sequence[Node], carry: Sequence[Node]) -> list[Node]:
    """The state after updating it for as long as a condition on it holds.

    Args:
        state: parameters that stand for the state.
        goes_on: a bool scalar in terms of them: whether there is another step.
        updates: the next value of each, in terms of them and of anything outside.
        carry: the state before the first step.

    Raises:
        GraphError: an update has another shape or dtype than what it replaces.
    """
    (begins,) = substituted([goes_on], dict(zip(state, carry, strict=True)))
    (again,) = substituted([goes_on], dict(zip(state, updates, strict=True)))
    outer, inputs, inner = closed([*updates, again], state)
    body = Program(tuple(inputs), tuple(state), tuple(inner[:-1]), (inner[-1],))
    return elements(while_p(begins, *outer, *carry, body=body))


# --- cond -------------------------------------------------------------------------------------------------------------


def _infer_cond(predicate: Node, *operands: Node, on_true: Program, on_false: Program) -> Spec:
    if spec(predicate) != ((), "bool"):
        raise GraphError(f"cond needs a bool scalar as its predicate, got {predicate!r}")
    if [spec(o) for o in on_true.outputs] != [spec(o) for o in on_false.outputs]:
        raise GraphError(f"the branches of cond give {list(on_true.outputs)} and {list(on_false.outputs)}")
    for branch in (on_true, on_false):
        check_operands("cond", operands, [spec(p) for p in branch.inputs])
    return (), TUPLE


def _cond_gradient(cts: dict[int, Node], y: Node) -> tuple[Node | None, ...]:
    """A cond whose branches are the branches' gradients."""
    predicate, *operands = y.operands
    wanted = [i for i, o in enumerate(operands) if dtypes.is_float(o.dtype)]
    given = {i: parameter(f"cotangent{i}", *spec(ct)) for i, ct in cts.items()}
    branches = {}
    for name in ("on_true", "on_false"):
        branch = y.attributes[name]
        pairs = [(branch.outputs[i], ct) for i, ct in given.items()]
        found = backward(pairs, [branch.inputs[i] for i in wanted])
        branches[name] = Program((*branch.inputs, *given.values()), (), (), tuple(found))
    results = iter(elements(cond_p(predicate, *operands, *cts.values(), **branches)))
    return (None, *(next(results) if i in wanted else None for i in range(len(operands))))


# Operands: the predicate, then the inputs of both branches, which take the same ones.
cond_p = Primitive("cond", _infer_cond, _cond_gradient, Kind.CONTROL, bodies=("on_true", "on_false"))


def cond(predicate: Node, on_true: Sequence[Node], on_false: Sequence[Node]) -> list[Node]:
    """`on_true` or `on_false`, of which only one is computed; each may depend on anything."""
    outer, inputs, inner = closed([*on_true, *on_false], [])
    count = len(on_true)
    branches = [Program(tuple(inputs), (), (), tuple(half)) for half in (inner[:count], inner[count:])]
    return elements(cond_p(predicate, *outer, on_true=branches[0], on_false=branches[1]))


TABLE = {p.name: p for p in (element_p, while_p, cond_p)}
