"""Map: a kernel without a root, every element of its outputs computed for itself."""

from oribi.compiler.index import ZERO, Var, of
from oribi.graph.node import size_of

from .emitter import Emitter
from .expression import ALWAYS, Mask
from .llvm import Value, i64


def emit_map(e: Emitter) -> None:
    """Loops over the domain, the lanes along one of its axes."""
    if e.schedule.collapsed:
        return _collapsed(e)
    domain, vector = e.kernel.domain, e.schedule.vector
    dims = [ZERO] * len(domain)
    with e.scalar_loops([a for a in range(len(domain)) if a != vector], dims):
        if vector is None:
            e.store_outputs(e.expression(), tuple(dims), ALWAYS, 1)
            return None

        def body(start: Value, mask: Mask) -> None:
            dims[vector] = of(e.var(vector, start, lanes=True))
            e.store_outputs(e.expression(), tuple(dims), mask, e.b.lanes)

        e.vector_loop(*e.range_of(vector), body)
    return None


def _collapsed(e: Emitter) -> None:
    """One loop over the elements of the thread's rows."""
    b, domain = e.b, e.kernel.domain
    inner = size_of(domain[1:])
    e.shares.append(Var("rows", domain[0]))

    def body(start: Value, mask: Mask) -> None:
        dims = (of(Var("flat", size_of(domain), start, lanes=True)),)
        e.store_outputs(e.expression(), dims, mask, b.lanes)

    e.vector_loop(b.mul(e.low, i64(inner)), b.mul(e.high, i64(inner)), body)
