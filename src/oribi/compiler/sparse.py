"""sparse: tables of which few rows are not zero, as the gradients of embeddings are.

A `scatter_add` into zeros makes a table as large as the embedding, of which a batch has named a few thousand rows. It becomes
two small buffers: `first`, for each row of the table the first position that names it, and `sums`, for each such position the sum
of what goes to its row. The table is then an expression over the two, computed where it is read and never stored. An update that
leaves a row without a gradient as it is (plain SGD's) does not even walk through it: it writes the rows that are named.
"""

from collections.abc import Callable
from typing import NamedTuple

from oribi.graph import elementwise as ew
from oribi.graph.indexing import gather, guarded, scatter_add, scatter_add_p
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, Primitive, parameter_p
from oribi.graph.program import Program
from oribi.graph.reductions import broadcast_in_dim, broadcast_p
from oribi.graph.structural import iota, reshape

from .internal_primitives import pack, scatter_min, scatter_set
from .rewrite import Context, is_zeros, splat, splat_of

SPARSE = 2  # rows of a table for each position from which on it counts as sparse


class Rows(NamedTuple):
    """A sparse table, over the positions that name its rows.

    Attributes:
        at: the row that each position names; beyond the last where it names none.
        first: for each row the first position that names it; beyond the last where none does.
        leads: for each position whether it is the first to name its row.
        sums: for each position the row that it names, if it is the first to do so; else zeros.
    """

    at: Node
    first: Node
    leads: Node
    sums: Node


def is_sparse(node: Node) -> bool:
    """Whether a node is a table that is zero but for a few rows."""
    if node.primitive is not scatter_add_p or node.attributes["axis"] != 0:
        return False
    base, indices, _ = node.operands
    return is_zeros(base) and 0 < SPARSE * indices.size <= base.shape[0] and base.size > 0


def rows_of(node: Node) -> Rows:
    """The rows of a sparse table."""
    base, indices, updates = node.operands
    extent, count = base.shape[0], indices.size
    shape = (count, *base.shape[1:])
    position = iota(shape=(count,), dtype="int32", axis=0)
    at = guarded(reshape(indices, (count,)), extent)
    first = scatter_min(splat(count, (extent,), "int32"), at, position, axis=0)
    place = ew.select(ew.lt(at, ew.full_like(at, extent)), gather(first, at), ew.full_like(position, count))
    sums = scatter_add(splat(0, shape, node.dtype), place, reshape(updates, shape))
    return Rows(at, first, ew.eq(place, position), sums)


def table(node: Node, context: Context) -> Node | None:
    """A sparse table as an expression over its rows."""
    if not is_sparse(node):
        return None
    rows = rows_of(node)
    named = ew.lt(rows.first, ew.full_like(rows.first, rows.at.size))
    return ew.select(broadcast_in_dim(named, node.shape, (0,)), gather(rows.sums, rows.first), ew.full_like(node, 0))


# --- updates of single rows -------------------------------------------------------------------------------------------


def update_rows(program: Program) -> Program:
    """The program with updates that change named rows alone written so."""
    pairs = zip(program.state, program.updates, strict=True)
    updates = tuple(_of_rows(state, update) or update for state, update in pairs)
    return program if updates == program.updates else Program(program.inputs, program.state, updates, program.outputs)


def _of_rows(state: Node, update: Node) -> Node | None:
    """`state +- change`, where the change is zero in every row that a sparse table does not name."""
    if update.primitive not in (ew.add, ew.sub) or update.operands[0] is not state:
        return None
    change = update.operands[1]
    expression = _expression(change)
    leaves = [n for n in expression if n.kind is not Kind.ELEMENTWISE]
    tables = [n for n in leaves if is_sparse(n)]
    if len(tables) != 1 or not _vanishes(expression) or not all(map(_has_rows, leaves)):
        return None
    rows = rows_of(tables[0])
    taken: dict[Node, Node] = {}
    for node in expression:
        taken[node] = _taken(node, rows, taken)
    new = update.primitive(gather(state, rows.at), taken[change])
    target = ew.select(rows.leads, rows.at, ew.full_like(rows.at, state.shape[0]))
    return scatter_set(state, target, pack(new), axis=0)


def _expression(root: Node) -> list[Node]:
    """The nodes of an elementwise expression and what it is made of, operands first."""
    found: dict[Node, None] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            found[node] = None
        elif node not in found:
            stack.append((node, True))
            stack.extend((o, False) for o in (node.operands if node.kind is Kind.ELEMENTWISE else ()))
    return list(found)


def _vanishes(expression: list[Node]) -> bool:
    """Whether an expression is zero where its sparse table is, if what else it is made of is finite."""
    zero: dict[Node, bool] = {}
    for node in expression:
        rule = VANISHING.get(node.primitive)
        zero[node] = is_sparse(node) or (rule is not None and rule(node.operands, zero.__getitem__))
    return zero[expression[-1]]


Zero = Callable[[Node], bool]


def _all(operands: tuple[Node, ...], zero: Zero) -> bool:
    return all(map(zero, operands))


def _any(operands: tuple[Node, ...], zero: Zero) -> bool:
    return any(map(zero, operands))


def _divided(operands: tuple[Node, ...], zero: Zero) -> bool:
    return zero(operands[0]) and bool(splat_of(operands[1]))


def _limited(harmless: Callable[[float], bool]) -> Callable[[tuple[Node, ...], Zero], bool]:
    """The least or the greatest of a vanishing operand and a limit that zero does not exceed."""

    def rule(operands: tuple[Node, ...], zero: Zero) -> bool:
        limits = [splat_of(o) for o in operands if not zero(o)]
        return len(limits) < len(operands) and all(limit is not None and harmless(limit) for limit in limits)

    return rule


VANISHING: dict[Primitive, Callable[[tuple[Node, ...], Zero], bool]] = {
    **dict.fromkeys((ew.neg, ew.abs, ew.sign, ew.convert_p, ew.add, ew.sub), _all),
    ew.mul: _any,
    ew.div: _divided,
    ew.max: _limited(lambda limit: limit <= 0),
    ew.min: _limited(lambda limit: limit >= 0),
}


def _has_rows(leaf: Node) -> bool:
    """Whether the rows of a leaf can be had without the rest of it."""
    alike = leaf.primitive is broadcast_p and 0 not in leaf.attributes["axes"]
    return is_sparse(leaf) or splat_of(leaf) is not None or leaf.primitive is parameter_p or alike


def _taken(node: Node, rows: Rows, taken: dict[Node, Node]) -> Node:
    """The rows of a node at the positions that name them."""
    shape = (rows.at.size, *node.shape[1:])
    if is_sparse(node):
        return rows.sums
    if splat_of(node) is not None:
        return splat(splat_of(node), shape, node.dtype)
    if node.primitive is parameter_p:
        return gather(node, rows.at)
    if node.primitive is broadcast_p:
        return broadcast_in_dim(node.operands[0], shape, node.attributes["axes"])
    return node.primitive(*(taken[o] for o in node.operands), **node.attributes)
