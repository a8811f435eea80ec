"""simplify: Program -> Program with less to compute.

Constants are folded, equal nodes merged, algebra applied, reshapes moved towards the leaves, and contractions brought to a
layout that has a fast kernel. Only rewrites that keep every bit of a float result are used, NaN and signed zeros included.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from oribi.engines.reference import evaluate
from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general, free_axes
from oribi.graph.indexing import gather
from oribi.graph.node import Node, Primitive, constant, no_gradient, size_of, topological
from oribi.graph.program import Program
from oribi.graph.reductions import broadcast_in_dim, reduce_sum
from oribi.graph.structural import reshape, transpose

from .index import LEAVES, axis_vars, flat_index, of, through_views

FOLD_LIMIT = 4096
ELEMENTWISE = frozenset(p.name for p in (*ew.UNARY, *ew.BINARY, *ew.COMPARE, ew.select, ew.convert_p))

# The engine's own primitive: its operand, copied into a buffer of its own in row-major order.
pack = Primitive("pack", lambda x: (x.shape, x.dtype), no_gradient)


@dataclass
class Context:
    """What rewrite rules may ask about the graph they rewrite."""

    users: dict[Node, int]


Rule = Callable[[Node, Context], "Node | None"]


def simplify(program: Program) -> Program:
    """The same program with less to compute."""
    for _ in range(3):
        rewritten = _rewrite(program)
        if rewritten is program:
            break
        program = rewritten
    return separate_results(_rewrite(program, rules={"dot_general": lay_out_dot}))


def separate_results(program: Program) -> Program:
    """Give every result a node of its own to be stored: copies of leaves, and of nodes that are a result already."""
    taken: set[Node] = set()

    def own(node: Node, unchanged: Node | None = None) -> Node:
        if node is unchanged:
            return node
        if node.op in LEAVES or node in taken:
            node = pack(node)
        taken.add(node)
        return node

    updates = tuple(own(u, s) for s, u in zip(program.state, program.updates, strict=True))
    return Program(program.inputs, program.state, updates, tuple(own(o) for o in program.outputs))


def _rewrite(program: Program, rules: "dict[str, Rule] | None" = None) -> Program:
    """One pass over the nodes, operands first; the program itself when nothing changed."""
    roots = (*program.updates, *program.outputs)
    order = topological(roots)
    users: dict[Node, int] = {}
    for node in (*(o for n in order for o in n.operands), *roots):
        users[node] = users.get(node, 0) + 1
    new: dict[Node, Node] = {}
    seen: dict[Any, Node] = {}
    for node in order:
        operands = tuple(new[o] for o in node.operands)
        current = node
        if any(a is not b for a, b in zip(operands, node.operands, strict=True)):
            current = Node(node.primitive, operands, node.attributes, node.shape, node.dtype, node.origin)
            users[current] = users.get(node, 0)
        current = _apply(current, Context(users), RULES if rules is None else rules)
        new[node] = seen.setdefault(_key(current), current)
    if all(new[n] is n for n in order):
        return program
    renamed = tuple(new.get(n, n) for n in program.updates), tuple(new.get(n, n) for n in program.outputs)
    return Program(program.inputs, program.state, *renamed)


def _apply(node: Node, context: Context, rules: "dict[str, Rule]") -> Node:
    if rules is RULES:
        node = fold(node, context) or node
    rule = rules.get(node.op)
    return (rule(node, context) if rule else None) or node


def _key(node: Node) -> Any:
    """Equal for nodes that are alike, given that their operands are merged already."""
    if node.op == "parameter":
        return node
    if node.op == "constant":
        value = node.attributes["value"]
        if value.size and is_splat(value):
            return "splat", value.dtype.str, value.shape, np.asarray(value.flat[0]).tobytes()
        return "constant", value.dtype.str, value.shape, value.tobytes() if value.size <= FOLD_LIMIT else id(value)
    return node.op, tuple(map(id, node.operands)), tuple(sorted(node.attributes.items(), key=lambda kv: kv[0]))


# --- constants --------------------------------------------------------------------------------------------------------


def is_splat(value: np.ndarray) -> bool:
    """Whether every element of the array is one and the same in memory."""
    return value.size == 1 or all(s == 0 or n == 1 for s, n in zip(value.strides, value.shape, strict=True))


def splat_of(node: Node) -> Any:
    """The value of a constant node whose elements are all alike; None of any other node."""
    if node.op == "constant" and node.size and is_splat(node.attributes["value"]):
        return node.attributes["value"].flat[0]
    return None


def _splat(value: Any, shape: tuple[int, ...], dtype: str) -> Node:
    return constant(np.broadcast_to(np.asarray(value, dtype), shape))


def fold(node: Node, context: Context) -> Node | None:
    """A constant for a node that depends on constants alone."""
    if not node.operands or any(o.op != "constant" for o in node.operands) or not node.size:
        return None
    values = [splat_of(o) for o in node.operands]
    if node.op in ELEMENTWISE and all(v is not None for v in values):
        scalars = [constant(np.asarray(v)) for v in values]
        small = Node(node.primitive, tuple(scalars), node.attributes, (), node.dtype)
        return _splat(evaluate([small])[0], node.shape, node.dtype)
    if node.op in ("reshape", "broadcast_in_dim", "transpose", "slice", "reverse") and values[0] is not None:
        return _splat(values[0], node.shape, node.dtype)
    if node.size <= FOLD_LIMIT and all(o.size <= FOLD_LIMIT for o in node.operands):
        return constant(evaluate([node])[0])
    return None


# --- algebra ----------------------------------------------------------------------------------------------------------


def _identity_operand(value: float, either: bool) -> Rule:
    """x op value is x; `either` when value op x is too."""

    def rule(node: Node, context: Context) -> Node | None:
        x, y = node.operands
        if splat_of(y) is not None and splat_of(y) == value:
            return x
        return y if either and splat_of(x) is not None and splat_of(x) == value else None

    return rule


def _add(node: Node, context: Context) -> Node | None:
    """x + 0 is x for integers; for floats not when x is -0."""
    return None if dtypes.is_float(node.dtype) else _identity_operand(0, True)(node, context)


def _pow(node: Node, context: Context) -> Node | None:
    x, exponent = node.operands[0], splat_of(node.operands[1])
    if exponent == 2:
        return ew.mul(x, x)
    return x if exponent == 1 else None


def _convert(node: Node, context: Context) -> Node | None:
    return node.operands[0] if node.operands[0].dtype == node.dtype else None


def _select(node: Node, context: Context) -> Node | None:
    predicate, on_true, on_false = node.operands
    chosen = splat_of(predicate)
    if chosen is None:
        return on_true if on_true is on_false else None
    return on_true if chosen else on_false


def _neg(node: Node, context: Context) -> Node | None:
    operand = node.operands[0]
    return operand.operands[0] if operand.op == "neg" else None


# --- views ------------------------------------------------------------------------------------------------------------


def _reshape(node: Node, context: Context) -> Node | None:
    """Reshapes join, and move above what they commute with, so that loops run over the flat shape."""
    operand = node.operands[0]
    if operand.shape == node.shape:
        return operand
    if operand.op == "reshape":
        return reshape(operand.operands[0], node.shape)
    if context.users.get(operand, 0) != 1 or not node.size:
        return None
    if operand.op in ELEMENTWISE:
        return operand.primitive(*(_reshaped(o, node.shape) for o in operand.operands), **operand.attributes)
    if operand.op == "gather" and operand.attributes["axis"] == 0:
        return _reshape_gather(node, operand)
    return None


def _reshaped(node: Node, shape: tuple[int, ...]) -> Node:
    value = splat_of(node)
    return _splat(value, shape, node.dtype) if value is not None else reshape(node, shape)


def _reshape_gather(node: Node, taken: Node) -> Node | None:
    """Rows taken of a table, each reshaped: rows taken of the reshaped table."""
    table, indices = taken.operands
    rank = len(indices.shape)
    if node.shape[:rank] != indices.shape or len(node.shape) <= rank:
        return None
    return gather(reshape(table, (table.shape[0], *node.shape[rank:])), indices, 0)


def _transpose(node: Node, context: Context) -> Node | None:
    permutation, operand = node.attributes["permutation"], node.operands[0]
    if operand.op == "transpose":
        inner = operand.attributes["permutation"]
        return transpose(operand.operands[0], tuple(inner[axis] for axis in permutation))
    return None


def _broadcast(node: Node, context: Context) -> Node | None:
    operand = node.operands[0]
    if operand.op != "broadcast_in_dim":
        return None
    outer, inner = node.attributes["axes"], operand.attributes["axes"]
    return broadcast_in_dim(operand.operands[0], node.shape, tuple(outer[axis] for axis in inner))


def _reduction(node: Node, context: Context) -> Node | None:
    """Over axes of size one: a reshape."""
    x = node.operands[0]
    return reshape(x, node.shape) if all(x.shape[axis] == 1 for axis in node.attributes["axes"]) else None


# --- contractions -----------------------------------------------------------------------------------------------------

PACKING_PAYS_FROM = 4  # rows that read the packed operand


def lay_out_dot(node: Node, context: Context) -> Node | None:
    """Bring a contraction to a form that has a fast kernel.

    The tile kernel wants the last axis of the result contiguous in the operand that owns it. Where it is not, that operand
    is packed when enough rows read it; else, and where there is no free axis, the product is summed by a reduction.
    """
    (left_contract, right_contract), batch = node.attributes["contract"], node.attributes["batch"]
    lhs, rhs = node.operands
    left_free = free_axes(len(lhs.shape), left_contract, batch[0])
    right_free = free_axes(len(rhs.shape), right_contract, batch[1])
    if not node.size or not size_of(lhs.shape[a] for a in left_contract):
        return _splat(0, node.shape, node.dtype)
    owners = [(0, a) for a in left_free if lhs.shape[a] > 1] + [(1, a) for a in right_free if rhs.shape[a] > 1]
    if not owners:
        return _as_reduction(node, left_free, right_free)
    side, axis = owners[-1]
    if _stride(node.operands[side], axis) == 1:
        return None
    rows = size_of(node.operands[1 - side].shape[a] for a in (left_free, right_free)[1 - side])
    if rows < PACKING_PAYS_FROM and _stride(node.operands[side], (left_contract, right_contract)[side][-1]) == 1:
        return _as_reduction(node, left_free, right_free)
    return _packed(node, side, (left_free, right_free)[side])


def _stride(node: Node, axis: int) -> int:
    """Elements between neighbours along an axis, in the buffer that will lie under the node's views."""
    variables = axis_vars(node.shape, "a")
    base, dims = through_views(node, tuple(map(of, variables)), lambda n: n.op in ("parameter", "constant", "pack"))
    return flat_index(dims, base.shape).coefficient(variables[axis])


def _packed(node: Node, side: int, free: tuple[int, ...]) -> Node:
    """The contraction with operand `side` copied so that its last free axis is contiguous."""
    contract, batch = node.attributes["contract"], node.attributes["batch"]
    order = (*batch[side], *contract[side], *free)
    operands = list(node.operands)
    operands[side] = pack(transpose(operands[side], order))
    batches = len(batch[side])
    new_batch, new_contract = list(batch), list(contract)
    new_batch[side] = tuple(range(batches))
    new_contract[side] = tuple(range(batches, batches + len(contract[side])))
    dims = (new_contract[0], new_contract[1]), (new_batch[0], new_batch[1])
    product = dot_general(operands[0], operands[1], *dims)
    return Node(product.primitive, product.operands, product.attributes, node.shape, node.dtype, node.origin)


def _as_reduction(node: Node, left_free: tuple[int, ...], right_free: tuple[int, ...]) -> Node:
    """sum over the contracted axes of lhs * rhs, both broadcast to (batch, free of lhs, free of rhs, contracted)."""
    contract, batch = node.attributes["contract"], node.attributes["batch"]
    lhs, rhs = node.operands
    shape = node.shape + tuple(lhs.shape[a] for a in contract[0])
    rank, batches, rows = len(node.shape), len(batch[0]), len(left_free)
    depth = tuple(range(rank, len(shape)))
    left = transpose(lhs, (*batch[0], *left_free, *contract[0]))
    right = transpose(rhs, (*batch[1], *right_free, *contract[1]))
    left = broadcast_in_dim(left, shape, (*range(batches + rows), *depth))
    right = broadcast_in_dim(right, shape, (*range(batches), *range(batches + rows, rank), *depth))
    return reduce_sum(ew.mul(left, right), depth)


RULES: dict[str, Rule] = {
    "add": _add,
    "sub": _identity_operand(0, False),
    "mul": _identity_operand(1, True),
    "div": _identity_operand(1, False),
    "pow": _pow,
    "neg": _neg,
    "stop_gradient": lambda node, context: node.operands[0],
    "convert": _convert,
    "select": _select,
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast_in_dim": _broadcast,
    **dict.fromkeys(("reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "reduce_and", "reduce_or"), _reduction),
}
