"""Control flow, under the names of `keras.ops`: loops whose body is compiled once, and branches of which one runs."""

from collections.abc import Callable, Sequence
from typing import Any

from oribi import nest
from oribi.graph import control as graph
from oribi.graph import elementwise as ew
from oribi.graph.node import Node, parameter
from oribi.graph.program import Program
from oribi.graph.scan import scan as scan_nodes
from oribi.values import Tensor, Trace, Variable, as_node, current_trace, tracing

from .core import full_node
from .registry import op

__all__ = ["cond", "fori_loop", "map", "scan", "switch", "vectorized_map", "while_loop"]


Function = Callable[..., Any]


class _BodyTrace(Trace):
    """Variables read and assigned inside of a body: those that it assigns are carried from step to step, others stay outside.

    Attributes:
        carried: parameters that stand for the variables that are carried.
    """

    in_body = True

    def __init__(self, outer: Trace | None, carried: dict[Variable, Node], checks: dict[str, Variable]) -> None:
        super().__init__()
        self.outer, self.carried, self.checks = outer, carried, checks
        self.first: dict[Variable, Node] = {}

    def read(self, variable: Variable) -> Node:
        if variable not in self.current:
            node = self.carried.get(variable) or _outside(variable, self.outer)
            self.first[variable] = self.current[variable] = node
        return self.current[variable]

    def assigned(self) -> list[Variable]:
        return [v for v, node in self.current.items() if node is not self.first[v]]


def _outside(variable: Variable, outer: Trace | None) -> Node:
    """A variable's value outside of the body."""
    return variable.snapshot() if outer is None else outer.read(variable)


class _Body:
    """A function of values, traced: what it returns in terms of parameters, and the variables that it assigns.

    Attributes:
        results: the leaves of what it returned.
        structure: how they were nested.
        variables: what it assigned, with the parameter and the next value of each.
    """

    def __init__(self, function: Function, parameters: Sequence[Node]) -> None:
        outer = current_trace()
        carried: dict[Variable, Node] = {}
        checks: dict[str, Variable] = {} if outer is None else outer.checks
        while True:
            trace = _BodyTrace(outer, carried, checks)
            with tracing(trace):
                made = function([Tensor(p) for p in parameters])
                self.results = [as_node(leaf) for leaf in nest.flatten(made)]
            if all(v in carried for v in trace.assigned()):
                break
            carried = {v: parameter(v.path, v.shape, v.dtype) for v in (*carried, *trace.assigned())}
        self.structure = nest.structure(made)
        self.trace = trace
        self.variables = {v: (p, trace.current[v]) for v, p in carried.items() if v in trace.current}

    def before(self) -> list[Node]:
        """The variables' values before the first step."""
        return [_outside(v, self.trace.outer) for v in self.variables]

    def assign(self, values: Sequence[Node]) -> None:
        """Give the variables their values after the last step, and tell what a check in the body found."""
        outer = self.trace.outer
        for variable, value in zip(self.variables, values, strict=True):
            if outer is not None:
                outer.write(variable, value)
            else:
                variable.assign(Tensor(value))
        for message, failed in self.trace.checks.items() if outer is None else ():
            if bool(failed):
                raise ValueError(message)


def _carried_alike(what: str, before: Sequence[Node], after: Sequence[Node]) -> list[Node]:
    """The next values of what is carried, in its dtypes.

    Raises:
        ValueError: their number or a shape is another than before.
    """
    if [n.shape for n in before] != [n.shape for n in after]:
        raise ValueError(
            f"{what} must return what it was given to carry, in the same shapes: it was given "
            f"{[list(n.shape) for n in before]} and returned {[list(n.shape) for n in after]}"
        )
    return [ew.convert(new, old.dtype) for old, new in zip(before, after, strict=True)]


@op("core")
def scan(
    f: Function, init: Any, xs: Any = None, length: int | None = None, reverse: bool = False, unroll: int = 1
) -> tuple[Any, Any]:
    """Call `f(carry, x)` for each slice of `xs` along the first axis, handing the carry on.

    Args:
        f: returns the next carry, in the shapes of the one it got, and a nest of what to keep of this step.
        init: the first carry, a nest of tensors.
        xs: a nest of tensors with one first axis, or None.
        length: how many steps, where there are no `xs`.
        reverse: go from the last slice to the first.
        unroll: taken for Keras' sake: the loop is compiled once, whatever it says.

    Returns:
        The last carry, and what was kept, all steps along a new first axis.

    Raises:
        ValueError: f returns no pair, or xs and length name no single length.

    >>> from oribi import ops
    >>> total, sums = scan(lambda c, x: (c + x, c + x), 0.0, ops.convert_to_tensor([1.0, 2.0, 3.0]))
    >>> sums.tolist()
    [1.0, 3.0, 6.0]
    """
    carry, over = [as_node(leaf) for leaf in nest.flatten(init)], _slices_of(xs)
    lengths = {n.shape[0] for n in over} | ({int(length)} if length is not None else set())
    if len(lengths) != 1:
        raise ValueError(f"scan needs one length: xs and length={length} have {sorted(lengths) or 'none'}")
    (steps,) = lengths
    state = [parameter("carry", n.shape, n.dtype) for n in carry]
    slices = [parameter("slice", n.shape[1:], n.dtype) for n in over]
    kept: list[Any] = []

    def step(values: list[Tensor]) -> Any:
        current = nest.pack(nest.structure(init), values[: len(state)])
        x = None if xs is None else nest.pack(nest.structure(xs), values[len(state) :])
        result = f(current, x)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise ValueError(
                f"scan: f must return a pair, the next carry and what to keep, got {type(result).__name__}"
            )
        kept[:] = [nest.structure(result[0]), None if result[1] is None else nest.structure(result[1])]
        return [*nest.flatten(result[0]), *(() if result[1] is None else nest.flatten(result[1]))]

    body = _Body(step, [*state, *slices])
    count = len(nest.flatten(nest.pack(kept[0], body.results)))
    after = _carried_alike("scan: f", carry, body.results[:count])
    variables = body.variables.values()
    updates = [*after, *(new for _, new in variables)]
    carried = [*state, *(p for p, _ in variables)]
    outer, inputs, inner = graph.closed([*updates, *body.results[count:]], [*carried, *slices])
    program = Program((*inputs, *slices), tuple(carried), tuple(inner[: len(updates)]), tuple(inner[len(updates) :]))
    last, stacks = scan_nodes(program, outer, over, [*carry, *body.before()], steps, reverse)
    body.assign(last[len(carry) :])
    ys = None if kept[1] is None else nest.pack(kept[1], [Tensor(n) for n in stacks])
    return nest.pack(nest.structure(init), [Tensor(n) for n in last[: len(carry)]]), ys


def _slices_of(xs: Any) -> list[Node]:
    over = [] if xs is None else [as_node(leaf) for leaf in nest.flatten(xs)]
    for node in over:
        if not node.shape:
            raise ValueError("scan and map go along the first axis of their arrays; a scalar has none")
    return over


@op("core")
def map(f: Function, xs: Any) -> Any:
    """`f` of each slice of `xs` along the first axis, the results along a new one.

    >>> from oribi import ops
    >>> map(lambda x: x * 2, ops.convert_to_tensor([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    return scan(lambda carry, x: ([], f(x)), [], xs)[1]


@op("core")
def vectorized_map(function: Function, elements: Any) -> Any:
    """`function` of each slice of `elements` along the first axis: `map` under Keras' other name."""
    return map(function, elements)


@op("core")
def while_loop(cond: Function, body: Function, loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """Call `body(*loop_vars)` for new ones, for as long as `cond(*loop_vars)` holds. It has no gradient.

    Args:
        cond: returns a bool scalar.
        body: returns the next loop variables, in the shapes of those it got.
        loop_vars: a list or tuple of tensors, or one tensor.
        maximum_iterations: stop after as many, whatever `cond` says.

    Returns:
        The last loop variables, nested as the first.

    Raises:
        ValueError: cond gives no bool scalar.

    >>> while_loop(lambda i: i < 10, lambda i: i + 3, [0])[0].item()
    12
    """
    structure, single = nest.structure(loop_vars), not isinstance(loop_vars, list | tuple)

    def unpacked(values: list[Tensor]) -> tuple[Any, ...]:
        made = nest.pack(structure, values)
        return (made,) if single else tuple(made)

    carry = [as_node(leaf) for leaf in nest.flatten(loop_vars)]
    state = [parameter("loop_var", n.shape, n.dtype) for n in carry]
    count = len(state)

    def step(values: list[Tensor]) -> Any:
        made = body(*unpacked(values))
        return [*nest.flatten(made), cond(*unpacked(values))]

    traced = _Body(step, state)
    updates = _carried_alike("while_loop: body", carry, traced.results[:-1])
    goes_on = traced.results[-1]
    if goes_on.shape or len(traced.results) != count + 1:
        raise ValueError(f"while_loop: cond must return a bool scalar, got shape {list(goes_on.shape)}")
    goes_on = ew.convert(goes_on, "bool")
    carried = [*state, *(p for p, _ in traced.variables.values())]
    updates += [new for _, new in traced.variables.values()]
    before = [*carry, *traced.before()]
    if maximum_iterations is not None:
        left = parameter("left", (), "int64")
        goes_on = ew.logical_and(goes_on, ew.gt(left, full_node(0, (), "int64")))
        carried.append(left)
        updates.append(ew.sub(left, full_node(1, (), "int64")))
        before.append(full_node(maximum_iterations, (), "int64"))
    last = graph.while_loop(carried, goes_on, updates, before)
    traced.assign(last[count : count + len(traced.variables)])
    return nest.pack(structure, [Tensor(n) for n in last[:count]])


@op("core")
def fori_loop(lower: Any, upper: Any, body_fun: Function, init_val: Any) -> Any:
    """`value = body_fun(i, value)` for each i from `lower` to `upper - 1`, from `init_val` on.

    >>> fori_loop(0, 4, lambda i, x: x + i, 0).item()
    6
    """
    if isinstance(lower, int) and isinstance(upper, int):
        steps = [lower + i for i in range(max(0, upper - lower))]
        return scan(lambda value, i: (body_fun(i, value), None), init_val, Tensor(as_node(steps, "int32")))[0]
    return while_loop(lambda i, value: i < upper, lambda i, value: (i + 1, body_fun(i, value)), (lower, init_val))[1]


@op("core")
def cond(pred: Any, true_fn: Function, false_fn: Function) -> Any:
    """`true_fn()` or `false_fn()`, of which one is computed.

    Args:
        pred: a bool scalar.
        true_fn, false_fn: return nests of the same structure, shapes and dtypes.

    Raises:
        ValueError: pred is no scalar, or the branches return other nests or shapes than each other.

    >>> from oribi import ops
    >>> cond(True, lambda: ops.convert_to_tensor(1.0), lambda: ops.convert_to_tensor(2.0)).item()
    1.0
    """
    if isinstance(pred, bool):
        return (true_fn if pred else false_fn)()
    predicate = as_node(pred)
    if predicate.shape:
        raise ValueError(f"cond: pred must be a scalar, got shape {list(predicate.shape)}")
    on_true, on_false = true_fn(), false_fn()
    structure = nest.structure(on_true)
    if structure != nest.structure(on_false):
        raise ValueError(f"cond: the branches must return nests alike, got {structure} and {nest.structure(on_false)}")
    left, right = ([as_node(leaf) for leaf in nest.flatten(side)] for side in (on_true, on_false))
    if [n.shape for n in left] != [n.shape for n in right]:
        raise ValueError(
            f"cond: the branches must return the same shapes, got {[list(n.shape) for n in left]} and "
            f"{[list(n.shape) for n in right]}"
        )
    right = [ew.convert(n, like.dtype) for n, like in zip(right, left, strict=True)]
    chosen = graph.cond(ew.convert(predicate, "bool"), left, right)
    return nest.pack(structure, [Tensor(n) for n in chosen])


@op("core")
def switch(index: Any, branches: Sequence[Function], *operands: Any) -> Any:
    """`branches[index](*operands)`; an index out of range is taken as the nearest.

    >>> switch(1, [lambda x: x, lambda x: x * 2], 3.0)
    6.0
    """
    first, *others = branches
    if not others:
        return first(*operands)
    return cond(index <= 0, lambda: first(*operands), lambda: switch(index - 1, others, *operands))
