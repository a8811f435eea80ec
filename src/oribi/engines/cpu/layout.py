"""lay_out: Program -> Program whose contractions and reductions have fast kernels.

Long sums with few results become two: of chunks, which threads share out and which stay in the cache, then of the chunks' results.
How many chunks there are depends on shapes alone, so the bits are the same on any number of threads.
"""

from collections.abc import Sequence

from oribi.compiler.fuse import computes
from oribi.compiler.index import buffer_under, stride_of
from oribi.compiler.internal_primitives import pack
from oribi.compiler.rewrite import Context, Rule, rebuilt, rewrite, splat
from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general, free_axes
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, Shape, size_of
from oribi.graph.program import Program
from oribi.graph.reductions import broadcast_in_dim, reduce_sum
from oribi.graph.structural import reshape, slice_, transpose

CHUNKS = 16  # of a long sum, at least
LONG_SUM = 4096  # elements from which a sum is worth sharing out
LONG_DEPTH = 2048  # the same of a contraction's depth
FEW_SUMS = 4096  # results up to which it is worth it: more of them keep all threads busy
FEW_PRODUCTS = 2**17
FEW_TILES = 2**13  # results that make too few tiles for all threads
FAR_BYTES = 2**22  # operands that do not stay in the cache from one tile to the next
CHUNK_BYTES = 2**19  # of a contraction's operands: half of a core's own cache
PARTIAL_BYTES = 2**22  # of the chunks' results, at most
DEEPEST = 32  # views over each other
PACKING_PAYS_FROM = 4  # rows that read the packed operand


def lay_out(program: Program) -> Program:
    """The same program, its contractions and reductions in a form that has a fast kernel."""
    program = pack_deep_views(program)
    for rules in (SPLIT_CONTRACTIONS, LAY_OUT_CONTRACTIONS, SPLIT_REDUCTIONS):
        program = rewrite(program, rules)
    return materialize_results(program)


def pack_deep_views(program: Program) -> Program:
    """Of views over views over views, copies on the way: all of them are walked for every element that is read."""
    depth: dict[Node, int] = {}

    def make(node: Node, operands: tuple[Node, ...]) -> Node:
        made = node.on(operands)
        if computes(node) or node.kind in (Kind.LEAF, Kind.ELEMENT):
            return made
        depth[made] = 1 + max((depth.get(o, 0) for o in operands), default=0)
        return pack(made) if depth[made] == DEEPEST else made

    return rebuilt(program, make)


def materialize_results(program: Program) -> Program:
    """Give every result a node of its own to be stored: copies of leaves, of views, under which others look for what is in memory,
    of nodes that are a result already, and of what a program inside leaves in its own memory."""
    taken: set[Node] = set()

    def own(node: Node, unchanged: Node | None = None) -> Node:
        if node is unchanged:
            return node
        if not computes(node) or node in taken:
            node = pack(node)
        taken.add(node)
        return node

    updates = tuple(own(u, s) for s, u in zip(program.state, program.updates, strict=True))
    return Program(program.inputs, program.state, updates, tuple(own(o) for o in program.outputs))


# --- long sums --------------------------------------------------------------------------------------------------------


def _part(x: Node, axis: int, start: int, limit: int) -> Node:
    """A range of one axis."""
    low, high = [0] * len(x.shape), list(x.shape)
    low[axis], high[axis] = start, limit
    return slice_(x, tuple(low), tuple(high))


def _chunked(x: Node, axis: int, chunks: int, each: int) -> Node:
    """The first `chunks * each` indices of an axis as two axes."""
    return reshape(_part(x, axis, 0, chunks * each), (*x.shape[:axis], chunks, each, *x.shape[axis + 1 :]))


def split_reduction(node: Node, context: Context) -> Node | None:
    """A reduction of many elements to few, by chunks of an axis that it runs over."""
    x, axes, primitive = node.operands[0], node.attributes["axes"], node.primitive
    if not 0 < node.size <= FEW_SUMS or x.size < LONG_SUM * node.size:
        return None
    along = next((a for a in axes if x.shape[a] >= CHUNKS), None)
    if along is None:
        return None
    each, rest = divmod(x.shape[along], CHUNKS)
    inner = tuple(a if a < along else a + 1 for a in axes)
    partial = primitive(_chunked(x, along, CHUNKS, each), axes=inner)
    total = primitive(partial, axes=(sum(a not in axes for a in range(along)),))
    if not rest:
        return total
    assert primitive.combine is not None  # every reduction has one
    return primitive.combine(total, primitive(_part(x, along, CHUNKS * each, x.shape[along]), axes=axes))


def split_contraction(node: Node, context: Context) -> Node | None:
    """A deep contraction with few results, by chunks of the contracted axis along which its operands reach furthest."""
    contract, batch = node.attributes["contract"], node.attributes["batch"]
    lhs, rhs = node.operands
    depth = size_of(lhs.shape[a] for a in contract[0])
    if not 0 < node.size <= FEW_PRODUCTS or depth < LONG_DEPTH:
        return None
    if node.size > FEW_TILES and _bytes_read(node) < FAR_BYTES:
        return None
    pair = max(range(len(contract[0])), key=lambda i: stride_of(lhs, contract[0][i]) + stride_of(rhs, contract[1][i]))
    extent = lhs.shape[contract[0][pair]]
    chunks = _chunks(node, extent)
    if chunks < 2:
        return None
    each = extent // chunks
    chunks = extent // each
    sides = [_chunked(o, contract[s][pair], chunks, each) for s, o in enumerate((lhs, rhs))]
    product = dot_general(sides[0], sides[1], *_with_chunk_axis(contract, batch, pair))
    total = reduce_sum(product, (0,))
    if chunks * each == extent:
        return total
    tails = [_part(o, contract[s][pair], chunks * each, extent) for s, o in enumerate((lhs, rhs))]
    return ew.add(total, dot_general(tails[0], tails[1], contract, batch))


def _chunks(node: Node, extent: int) -> int:
    """So many that a chunk's operands stay in the cache, as far as the partial results are not too many."""
    wanted = max(CHUNKS, -(-_bytes_read(node) // CHUNK_BYTES))
    most = PARTIAL_BYTES // (node.size * dtypes.itemsize(node.dtype))
    return min(wanted, max(CHUNKS, most), extent)


def _bytes_read(node: Node) -> int:
    """The size of a contraction's operands in memory."""
    return sum(buffer_under(o).size for o in node.operands) * dtypes.itemsize(node.dtype)


def _with_chunk_axis(
    contract: tuple[Shape, Shape], batch: tuple[Shape, Shape], pair: int
) -> tuple[tuple[Shape, Shape], tuple[Shape, Shape]]:
    """The contracted and the batch axes after the pair's axes became (chunk, rest of it): the chunk is the first batch axis."""
    new_contract, new_batch = [], []
    for side in (0, 1):
        at = contract[side][pair]
        new_contract.append(tuple(a if a < at else a + 1 for a in contract[side]))
        new_batch.append((at, *(a if a < at else a + 1 for a in batch[side])))
    return (new_contract[0], new_contract[1]), (new_batch[0], new_batch[1])


# --- contractions -----------------------------------------------------------------------------------------------------


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
        return splat(0, node.shape, node.dtype)
    owners = [(0, a) for a in left_free if lhs.shape[a] > 1] + [(1, a) for a in right_free if rhs.shape[a] > 1]
    if not owners:
        return _as_reduction(node, left_free, right_free)
    side, axis = owners[-1]
    if stride_of(node.operands[side], axis) == 1:
        return None
    rows = size_of(node.operands[1 - side].shape[a] for a in (left_free, right_free)[1 - side])
    if rows < PACKING_PAYS_FROM and stride_of(node.operands[side], (left_contract, right_contract)[side][-1]) == 1:
        return _as_reduction(node, left_free, right_free)
    return _packed(node, side, (left_free, right_free)[side])


def _packed(node: Node, side: int, free: Sequence[int]) -> Node:
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


def _as_reduction(node: Node, left_free: Sequence[int], right_free: Sequence[int]) -> Node:
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


SPLIT_CONTRACTIONS: dict[str | Kind, Rule] = {Kind.CONTRACTION: split_contraction}
LAY_OUT_CONTRACTIONS: dict[str | Kind, Rule] = {Kind.CONTRACTION: lay_out_dot}
SPLIT_REDUCTIONS: dict[str | Kind, Rule] = {Kind.REDUCTION: split_reduction}
