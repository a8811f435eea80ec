"""simplify: Program -> Program with less to compute.

Constants are folded, equal nodes merged, algebra applied, and reshapes moved towards the leaves. Only rewrites that keep every bit
of a float result are used, NaN and signed zeros included.
"""

import numpy as np

from oribi.engines.reference import evaluate
from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.indexing import gather, gather_p
from oribi.graph.kinds import Kind
from oribi.graph.node import TUPLE, Node, constant, constant_p
from oribi.graph.program import Program
from oribi.graph.reductions import broadcast_in_dim, broadcast_p
from oribi.graph.structural import pad, reshape, reshape_p, transpose, transpose_p

from . import internal_primitives
from .rewrite import Context, Rule, is_zeros, rewrite, splat, splat_of

FOLD_LIMIT = 4096
PASSES = 3


def simplify(program: Program) -> Program:
    """The same program with less to compute."""
    for _ in range(PASSES):
        rewritten = rewrite(program, RULES, always=fold)
        if rewritten is program:
            break
        program = rewritten
    return program


# --- constants --------------------------------------------------------------------------------------------------------


def fold(node: Node, context: Context) -> Node | None:
    """A constant for a node that depends on constants alone."""
    if (
        not node.operands
        or any(o.primitive is not constant_p for o in node.operands)
        or not node.size
        or node.dtype == TUPLE
    ):
        return None
    values = [splat_of(o) for o in node.operands]
    if node.kind is Kind.ELEMENTWISE and all(v is not None for v in values):
        scalars = [constant(np.asarray(v)) for v in values]
        small = Node(node.primitive, tuple(scalars), node.attributes, (), node.dtype)
        return splat(evaluate([small])[0], node.shape, node.dtype)
    if node.kind in (Kind.VIEW, Kind.COPY) and values[0] is not None:
        return splat(values[0], node.shape, node.dtype)
    if node.size <= FOLD_LIMIT and all(o.size <= FOLD_LIMIT for o in node.operands):
        return constant(evaluate([node], more=internal_primitives.RULES)[0])
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
    return operand.operands[0] if operand.primitive is ew.neg else None


# --- views ------------------------------------------------------------------------------------------------------------


def _reshape(node: Node, context: Context) -> Node | None:
    """Merge reshapes, and move them towards the leaves, so that loops run over the flat shape; not into an expression with other
    readers: that would split the kernel."""
    operand = node.operands[0]
    if operand.shape == node.shape:
        return operand
    if operand.primitive is reshape_p:
        return reshape(operand.operands[0], node.shape)
    if context.users.get(operand, 0) != 1 or not node.size:
        return None
    if operand.kind is Kind.ELEMENTWISE:
        if any(o.kind is Kind.ELEMENTWISE and context.users.get(o, 0) > 1 for o in operand.operands):
            return None
        return operand.primitive(*(_reshaped(o, node.shape) for o in operand.operands), **operand.attributes)
    if operand.primitive is gather_p and operand.attributes["axis"] == 0:
        return _reshape_gather(node, operand)
    return None


def _reshaped(node: Node, shape: tuple[int, ...]) -> Node:
    value = splat_of(node)
    return splat(value, shape, node.dtype) if value is not None else reshape(node, shape)


def _reshape_gather(node: Node, taken: Node) -> Node | None:
    """Rows taken of a table, each reshaped: rows taken of the reshaped table."""
    table, indices = taken.operands
    rank = len(indices.shape)
    if node.shape[:rank] != indices.shape or len(node.shape) <= rank:
        return None
    return gather(reshape(table, (table.shape[0], *node.shape[rank:])), indices, 0)


def _transpose(node: Node, context: Context) -> Node | None:
    permutation, operand = node.attributes["permutation"], node.operands[0]
    if operand.primitive is transpose_p:
        inner = operand.attributes["permutation"]
        return transpose(operand.operands[0], tuple(inner[axis] for axis in permutation))
    return None


def _pad(node: Node, context: Context) -> Node | None:
    """A padded transpose: the transpose of the padded operand, in whose layout neighbours stay neighbours, and which may be
    there already, padded for another reader."""
    operand = node.operands[0]
    if operand.primitive is not transpose_p:
        return None
    permutation = operand.attributes["permutation"]
    sizes = {}
    for key in ("low", "high", "interior"):
        given = node.attributes[key]
        sizes[key] = tuple(given[permutation.index(axis)] for axis in range(len(permutation)))
    return transpose(pad(operand.operands[0], **sizes, value=node.attributes["value"]), permutation)


def _broadcast(node: Node, context: Context) -> Node | None:
    operand = node.operands[0]
    if operand.primitive is not broadcast_p:
        return None
    outer, inner = node.attributes["axes"], operand.attributes["axes"]
    return broadcast_in_dim(operand.operands[0], node.shape, tuple(outer[axis] for axis in inner))


def _reduction(node: Node, context: Context) -> Node | None:
    """Over axes of size one: a reshape."""
    x = node.operands[0]
    return reshape(x, node.shape) if all(x.shape[axis] == 1 for axis in node.attributes["axes"]) else None


RULES: dict[str | Kind, Rule] = {
    "add": _add,
    "sub": lambda node, context: node.operands[0] if is_zeros(node.operands[1]) else None,
    "mul": _identity_operand(1, True),
    "div": _identity_operand(1, False),
    "pow": _pow,
    "neg": _neg,
    "stop_gradient": lambda node, context: node.operands[0],
    "convert": _convert,
    "select": _select,
    "reshape": _reshape,
    "transpose": _transpose,
    "pad": _pad,
    "broadcast_in_dim": _broadcast,
    Kind.REDUCTION: _reduction,
}
