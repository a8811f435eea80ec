"""Kernels that walk along an axis in order: argmax and argmin, running sums, sorting."""

from collections.abc import Sequence

import numpy as np

from oribi.compiler.index import ZERO, Affine, Dims, Var, of
from oribi.graph import dtypes
from oribi.graph.node import Node
from oribi.graph.reductions import argmax

from . import elementwise
from .cascade import Range, Walk, of_sum
from .emitter import Emitter
from .expression import ALWAYS, Mask
from .llvm import Builder, Value, const, i64


def joined(x: Node, reduced: Sequence[int], dims: Dims, at: dict[int, Affine]) -> Dims:
    """An operand's index from the result's and that of the reduced axes."""
    kept = iter(dims)
    return tuple(at[a] if a in reduced else next(kept) for a in range(len(x.shape)))


# --- argmax and argmin ------------------------------------------------------------------------------------------------


def arg_reduce(e: Emitter) -> None:
    """Point by point: the first extremum wins, and before it the first NaN."""
    root, domain, b = e.root(), e.kernel.domain, e.b
    x, axis = root.operands[0], root.attributes["axis"]
    dims = [ZERO] * len(domain)
    with e.scalar_loops(range(len(domain)), dims):
        first = e.expression().value(x, joined(x, (axis,), tuple(dims), {axis: ZERO}))
        with b.loop(i64(1), i64(x.shape[axis]), carried=[first, i64(0)]) as loop:
            at = of(Var("r", x.shape[axis], loop.index))
            value = e.expression().value(x, joined(x, (axis,), tuple(dims), {axis: at}))
            best, index = loop.carried
            better = elementwise.COMPARE["gt" if root.primitive is argmax else "lt"](b, root, value, best)
            if dtypes.is_float(x.dtype):
                new_nan = b.compare("fcmp uno", value, value)
                better = b.binary("and", b.binary("or", better, new_nan), b.compare("fcmp ord", best, best))
            loop.next = [b.select(better, value, best), b.select(better, loop.index, index)]
        result = elementwise.convert_value(b, loop.out[1], root.dtype)
        e.store_outputs(e.expression({root: result}), tuple(dims), ALWAYS, 1)


# --- running sums and products ----------------------------------------------------------------------------------------


def running(e: Emitter) -> None:
    """A total carried along the axis; other axes fill the lanes where they can."""
    root, domain, vector = e.root(), e.kernel.domain, e.schedule.vector
    axis = root.attributes["axis"]
    dims = [ZERO] * len(domain)
    with e.scalar_loops([a for a in range(len(domain)) if a not in (vector, axis)], dims):
        if vector is None:
            _run_along(e, root, dims, ALWAYS, 1)
            return

        def body(start: Value, mask: Mask) -> None:
            dims[vector] = of(e.var(vector, start, lanes=True))
            _run_along(e, root, dims, mask, e.b.lanes)

        e.vector_loop(*e.range_of(vector), body)


def _run_along(e: Emitter, root: Node, dims: list[Affine], mask: Mask, lanes: int) -> None:
    """The total so far at each step; of a long sum, what was added before the present run began, and the sum of the run."""
    b, axis = e.b, root.attributes["axis"]
    extent = root.shape[axis]

    def meet(before: Value | None, total: Value) -> Value:
        return total if before is None else elementwise.combined(b, root, before, total)

    def step(state: tuple[Value | None, Affine], totals: list[Value]) -> list[Value]:
        before, index = state
        dims[axis] = index * -1 + (extent - 1) if root.attributes["reverse"] else index
        value = e.expression().value(root.operands[0], tuple(dims), mask)
        total = meet(totals[0], b.spread(value, lanes))
        e.store_outputs(e.expression({root: meet(before, total)}), tuple(dims), mask, lanes)
        return [total]

    walk = Walk[tuple[Value | None, Affine]](
        b,
        [Range(i64(0), i64(extent))],
        lambda state, _, index: (state[0], of(Var("run", extent, index))),
        step,
        meet,
        around=lambda state, totals: (meet(state[0], totals[0]), state[1]),
    )
    walk.through(of_sum(root, [extent]), (None, ZERO), [b.spread(elementwise.identity_of(root), lanes)])


# --- sorting ----------------------------------------------------------------------------------------------------------

# Stable, bottom up: pairs of an int64 key and an index are merged back and forth between two halves of memory. Reads one key beyond
# the end, which is never used. Returns where the indices lie at last.
MERGE_SORT = """
define internal ptr @merge_sort(ptr %keys, ptr %order, ptr %keys2, ptr %order2, i64 %n) noinline {
entry:
  br label %pass
pass:
  %width = phi i64 [ 1, %entry ], [ %wider, %swap ]
  %k = phi ptr [ %keys, %entry ], [ %k2, %swap ]
  %k2 = phi ptr [ %keys2, %entry ], [ %k, %swap ]
  %o = phi ptr [ %order, %entry ], [ %o2, %swap ]
  %o2 = phi ptr [ %order2, %entry ], [ %o, %swap ]
  %more = icmp slt i64 %width, %n
  br i1 %more, label %runs, label %done
runs:
  %low = phi i64 [ 0, %pass ], [ %high, %next ]
  %m = add i64 %low, %width
  %middle = call i64 @llvm.smin.i64(i64 %m, i64 %n)
  %h = add i64 %middle, %width
  %high = call i64 @llvm.smin.i64(i64 %h, i64 %n)
  br label %merge
merge:
  %at = phi i64 [ %low, %runs ], [ %at2, %merge ]
  %i = phi i64 [ %low, %runs ], [ %i2, %merge ]
  %j = phi i64 [ %middle, %runs ], [ %j2, %merge ]
  %pi = getelementptr i64, ptr %k, i64 %i
  %pj = getelementptr i64, ptr %k, i64 %j
  %left = load i64, ptr %pi, align 8
  %right = load i64, ptr %pj, align 8
  %smaller = icmp sle i64 %left, %right
  %right_done = icmp sge i64 %j, %high
  %left_there = icmp slt i64 %i, %middle
  %either = or i1 %smaller, %right_done
  %take = and i1 %left_there, %either
  %from = select i1 %take, i64 %i, i64 %j
  %key = select i1 %take, i64 %left, i64 %right
  %po = getelementptr i32, ptr %o, i64 %from
  %index = load i32, ptr %po, align 4
  %pk2 = getelementptr i64, ptr %k2, i64 %at
  %po2 = getelementptr i32, ptr %o2, i64 %at
  store i64 %key, ptr %pk2, align 8
  store i32 %index, ptr %po2, align 4
  %step = zext i1 %take to i64
  %other = xor i64 %step, 1
  %i2 = add i64 %i, %step
  %j2 = add i64 %j, %other
  %at2 = add i64 %at, 1
  %inside = icmp slt i64 %at2, %high
  br i1 %inside, label %merge, label %next
next:
  %again = icmp slt i64 %high, %n
  br i1 %again, label %runs, label %swap
swap:
  %wider = mul i64 %width, 2
  br label %pass
done:
  ret ptr %o
}
"""


def sort(e: Emitter) -> None:
    """Row by row: keys and indices into memory of the thread's own, sorted there, and the indices stored."""
    root, domain, b = e.root(), e.kernel.domain, e.b
    x, axis = root.operands[0], root.attributes["axis"]
    extent = domain[axis]
    b.declarations["@merge_sort"] = MERGE_SORT
    b.declare("llvm.smin.i64", "i64", ["i64", "i64"])
    keys, keys2 = (e.own_memory(8 * (extent + 1)) for _ in range(2))
    order, order2 = (e.own_memory(4 * (extent + 1)) for _ in range(2))
    dims = [ZERO] * len(domain)
    with e.scalar_loops([a for a in range(len(domain)) if a != axis], dims):
        with b.loop(i64(0), i64(extent)) as loop:
            dims[axis] = of(e.var(axis, loop.index))
            b.store(_key(b, root, e.expression().value(x, tuple(dims)), x.dtype), keys, loop.index)
            b.store(b.cast("trunc", loop.index, "int32"), order, loop.index)
        sorted_at = b.name("sorted")
        b.do(f"{sorted_at} = call ptr @merge_sort(ptr {keys}, ptr {order}, ptr {keys2}, ptr {order2}, i64 {extent})")
        with b.loop(i64(0), i64(extent)) as loop:
            dims[axis] = of(e.var(axis, loop.index))
            index = b.load(sorted_at, "int32", loop.index)
            e.store_outputs(e.expression({root: index}), tuple(dims), ALWAYS, 1)


def _key(b: Builder, root: Node, value: Value, dtype: str) -> Value:
    """A number as an int64 whose order is the number's: both zeros alike, every NaN larger than all else."""
    if dtypes.is_float(dtype):
        bits = f"int{dtypes.TABLE[dtype].bits}"
        zero = b.compare("fcmp oeq", value, const(0.0, dtype))
        value = b.select(zero, const(0.0, dtype), value)
        nan = b.compare("fcmp uno", value, value)
        whole = b.bitcast(value, bits)
        limit = np.iinfo(bits).max
        turned = b.binary("and", b.binary("ashr", whole, const(dtypes.TABLE[bits].bits - 1, bits)), const(limit, bits))
        value = b.select(nan, const(limit, bits), b.binary("xor", whole, turned))
    key = elementwise.convert_value(b, value, "int64")
    return b.binary("xor", key, i64(-1)) if root.attributes["descending"] else key
