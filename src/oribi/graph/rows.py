"""Rows: whether a program treats each row of its batch for itself, so that a batch may be filled up with other rows.

The program is given for two sizes of batch. Where shapes differ between the two, the batch runs; a rule for each primitive says
along which axis it runs in the result, or that rows meet there. A primitive without a rule counts as one where they meet.
"""

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from .contraction import free_axes
from .kinds import Kind
from .node import Node, topological
from .program import Program


class Rows(NamedTuple):
    """The batch runs along an axis whose positions are (outer, row, inner): a reshape may have merged it with others."""

    axis: int
    outer: int = 1
    inner: int = 1


UNIFORM = "uniform"  # the shape grows with the batch, and the values are the same for every row
BatchAxis = Rows | str | None  # None: the same for every batch
Pair = tuple[Node, Node]


class RowsMeet(Exception):
    """A row of the result may depend on other rows."""


def rows_are_apart(one: Program, other: Program, replaced: Collection[Node]) -> bool:
    """Whether row r of each output depends on row r of the batch alone, and no state is replaced that anything depends on later.

    Args:
        one, other: a program that predicts, for two sizes of batch.
        replaced: state that may be: the counter of rows, and what notes that something is wrong with a row.
    """
    for program in (one, other):
        pairs = zip(program.state, program.updates, strict=True)
        if any(before is not after and before not in replaced for before, after in pairs):
            return False
    try:
        kinds = _kinds(list(zip(one.outputs, other.outputs, strict=True)), {})
    except RowsMeet:
        return False
    return all(kind == Rows(0) for kind in kinds)


def _kinds(outputs: Sequence[Pair], known: dict[Node, Any]) -> list[Any]:
    """The kinds of the outputs, given those of parameters."""
    order, others = (topological([pair[side] for pair in outputs]) for side in (0, 1))
    if len(order) != len(others):
        raise RowsMeet
    kinds, same = dict(known), dict(zip(order, others, strict=True))
    for one, other in same.items():
        if one.op != other.op or [same[o] for o in one.operands] != list(other.operands):
            raise RowsMeet
        if one not in kinds:
            rule = _RULES.get(one.op) or _RULES.get(one.kind)
            if rule is None:
                raise RowsMeet
            kinds[one] = rule(one, other, *[kinds[o] for o in one.operands])
    if any(same[one] is not other for one, other in outputs):
        raise RowsMeet
    return [kinds[one] for one, _ in outputs]


def _need(condition: Any) -> None:
    if not condition:
        raise RowsMeet


def _growing(one: Node, other: Node) -> int | None:
    """The axis whose extent differs between the two; None where there is none."""
    _need(len(one.shape) == len(other.shape) and one.dtype == other.dtype)
    axes = [axis for axis, (n, m) in enumerate(zip(one.shape, other.shape, strict=True)) if n != m]
    _need(len(axes) <= 1)
    return axes[0] if axes else None


def _made(one: Node, other: Node, kind: BatchAxis) -> BatchAxis:
    """The kind of a result whose values are of a kind; checked against its shapes."""
    axis = _growing(one, other)
    if isinstance(kind, Rows):
        _need(axis == kind.axis)
        return kind
    return None if axis is None else UNIFORM


def _same(one: Node, other: Node, *names: str) -> None:
    _need(all(one.attributes[name] == other.attributes[name] for name in names))


def _joined(*kinds: Any) -> BatchAxis:
    """The kind of what is computed element by element."""
    rows = {kind for kind in kinds if isinstance(kind, Rows)}
    _need(len(rows) <= 1)
    return rows.pop() if rows else UNIFORM if UNIFORM in kinds else None


# --- rules: rule(node, node of the other size, kinds of the operands) -> kind -------------------------------------------


def _elementwise(one: Node, other: Node, *kinds: Any) -> BatchAxis:
    return _made(one, other, _joined(*kinds))


def _parameter(one: Node, other: Node) -> BatchAxis:
    _need(one.shape == other.shape)
    return None


def _constant(one: Node, other: Node) -> BatchAxis:
    axis, (value, more) = _growing(one, other), (n.attributes["value"] for n in (one, other))
    if axis is None:
        _need(value.tobytes() == more.tobytes())
        return None
    value, more = np.moveaxis(value, axis, 0), np.moveaxis(more, axis, 0)
    _need(len(value) and len(more) and (value[:1] == value).all() and (value[:1] == more).all())
    return UNIFORM


def _iota(one: Node, other: Node) -> BatchAxis:
    _same(one, other, "axis")
    axis = _growing(one, other)
    return None if axis is None else Rows(axis) if one.attributes["axis"] == axis else UNIFORM


def _broadcast(one: Node, other: Node, kind: Any) -> BatchAxis:
    _same(one, other, "axes")
    return _made(one, other, kind._replace(axis=one.attributes["axes"][kind.axis]) if isinstance(kind, Rows) else kind)


def _reshape(one: Node, other: Node, kind: Any) -> BatchAxis:
    if not isinstance(kind, Rows):
        return _made(one, other, kind)
    growing, source = _growing(one, other), one.operands[0].shape
    _need(growing is not None)
    axis = growing or 0
    before, behind = math.prod(source[: kind.axis]) * kind.outer, kind.inner * math.prod(source[kind.axis + 1 :])
    over, under = math.prod(one.shape[:axis]), math.prod(one.shape[axis + 1 :])
    _need(over and under and before % over == 0 and behind % under == 0)
    return Rows(axis, before // over, behind // under)


def _transpose(one: Node, other: Node, kind: Any) -> BatchAxis:
    _same(one, other, "permutation")
    return _made(
        one,
        other,
        kind._replace(axis=one.attributes["permutation"].index(kind.axis)) if isinstance(kind, Rows) else kind,
    )


def _slice(one: Node, other: Node, kind: Any) -> BatchAxis:
    if isinstance(kind, Rows):
        for node in (one, other):
            start, limit, strides = (node.attributes[name][kind.axis] for name in ("start", "limit", "strides"))
            _need((start, limit, strides) == (0, node.operands[0].shape[kind.axis], 1))
    _same(one, other, "start", "strides")
    return _made(one, other, kind)


def _pad(one: Node, other: Node, kind: Any) -> BatchAxis:
    _same(one, other, "low", "high", "interior", "value")
    axis = _growing(one.operands[0], other.operands[0])
    _need(axis is None or all(one.attributes[name][axis] == 0 for name in ("low", "high", "interior")))
    return _made(one, other, kind)


def _concatenate(one: Node, other: Node, *kinds: Any) -> BatchAxis:
    _same(one, other, "axis")
    _need(_growing(one, other) != one.attributes["axis"])
    return _made(one, other, _joined(*kinds))


def _along(name: str) -> Callable[..., BatchAxis]:
    """The rule of primitives in which elements meet along the axes that an attribute names, and which keep them."""

    def rule(one: Node, other: Node, kind: Any) -> BatchAxis:
        _same(one, other, *one.attributes)
        axes = one.attributes[name]
        _need(_growing(one, other) not in (axes if isinstance(axes, tuple) else (axes,)))
        return _made(one, other, kind)

    return rule


def _reduced(name: str) -> Callable[..., BatchAxis]:
    """The rule of primitives that reduce the axes which an attribute names."""

    def rule(one: Node, other: Node, kind: Any) -> BatchAxis:
        _same(one, other, *one.attributes)
        axes = one.attributes[name]
        axes = axes if isinstance(axes, tuple) else (axes,)
        batch = _growing(one.operands[0], other.operands[0])
        _need(batch not in axes)
        return _made(
            one,
            other,
            kind._replace(axis=kind.axis - sum(a < kind.axis for a in axes)) if isinstance(kind, Rows) else kind,
        )

    return rule


def _dot_general(one: Node, other: Node, *kinds: Any) -> BatchAxis:
    _same(one, other, "contract", "batch")
    contract, batch = one.attributes["contract"], one.attributes["batch"]
    found = []
    for side, kind in enumerate(kinds):
        axis = _growing(one.operands[side], other.operands[side])
        _need(axis not in contract[side])
        if isinstance(kind, Rows):
            free = [free_axes(len(o.shape), contract[i], batch[i]) for i, o in enumerate(one.operands)]
            order = [*batch[side], *([None] * len(free[0]) if side else []), *free[side]]
            found.append(kind._replace(axis=order.index(kind.axis)))
    return _made(one, other, _joined(*found, *(kind for kind in kinds if not isinstance(kind, Rows))))


def _conv(one: Node, other: Node, kind: Any, kernel: Any) -> BatchAxis:
    _same(one, other, *one.attributes)
    _need(kernel is None and (not isinstance(kind, Rows) or kind.axis == 0))
    return _made(one, other, kind)


def _reduce_window(one: Node, other: Node, kind: Any) -> BatchAxis:
    _same(one, other, *one.attributes)
    axis = _growing(one.operands[0], other.operands[0])
    if axis is not None:
        window, strides, padding = (one.attributes[name][axis] for name in ("window", "strides", "padding"))
        _need((window, strides, tuple(padding)) == (1, 1, (0, 0)))
    return _made(one, other, kind)


def _gather(one: Node, other: Node, table: Any, indices: Any) -> BatchAxis:
    _same(one, other, "axis")
    axis, rank = one.attributes["axis"], len(one.operands[1].shape)
    if table is None:
        return _made(one, other, indices._replace(axis=axis + indices.axis) if isinstance(indices, Rows) else indices)
    _need(indices is None and isinstance(table, Rows) and table.axis != axis)
    return _made(one, other, table if table.axis < axis else table._replace(axis=table.axis - 1 + rank))


def _dynamic_slice(one: Node, other: Node, kind: Any, *starts: Any) -> BatchAxis:
    _need(all(start is None for start in starts))
    axis = _growing(one.operands[0], other.operands[0])
    _need(axis is None or all(node.shape[axis] == node.operands[0].shape[axis] for node in (one, other)))
    return _made(one, other, kind)


def _scan(one: Node, other: Node, *kinds: Any) -> list[BatchAxis]:
    """The kinds of the carried values, then of the stacked ones."""
    _same(one, other, "length", "scanned", "reverse")
    bodies: list[Program] = [node.attributes["body"] for node in (one, other)]
    first = len(bodies[0].inputs) - one.attributes["scanned"]
    parameters = [(*body.inputs, *body.state) for body in bodies]
    _need(len(parameters[0]) == len(parameters[1]))
    known: dict[Node, Any] = {}
    for i, (kind, p, q) in enumerate(zip(kinds, *parameters, strict=True)):
        if first <= i < len(bodies[0].inputs) and isinstance(kind, Rows):
            _need(kind.axis > 0)
            kind = kind._replace(axis=kind.axis - 1)
        elif i >= len(bodies[0].inputs) and kind == UNIFORM:  # zeros at first, and rows from then on
            axis = _growing(p, q)
            _need(axis is not None)
            kind = Rows(axis)  # type: ignore[arg-type]
        known[p] = kind
    roots = [list(zip(*(getattr(body, name) for body in bodies), strict=True)) for name in ("updates", "outputs")]
    found = _kinds([*roots[0], *roots[1]], known)
    carried = [known[p] for p in bodies[0].state]
    for before, after in zip(carried, found, strict=False):
        _need(after == before or (isinstance(before, Rows) and after == UNIFORM))
    stacked = [kind._replace(axis=kind.axis + 1) if isinstance(kind, Rows) else kind for kind in found[len(carried) :]]
    return [*carried, *stacked]


def _element(one: Node, other: Node, kinds: Any) -> BatchAxis:
    _same(one, other, "index")
    return _made(one, other, kinds[one.attributes["index"]])


_RULES: dict[str | Kind, Callable[..., Any]] = {
    Kind.ELEMENTWISE: _elementwise,
    Kind.REDUCTION: _reduced("axes"),
    Kind.ARG_REDUCTION: _reduced("axis"),
    Kind.ORDERED: _along("axis"),
    "parameter": _parameter,
    "constant": _constant,
    "iota": _iota,
    "broadcast_in_dim": _broadcast,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "pad": _pad,
    "concatenate": _concatenate,
    "reverse": _along("axes"),
    "dot_general": _dot_general,
    "conv_general_dilated": _conv,
    "reduce_window": _reduce_window,
    "gather": _gather,
    "dynamic_slice": _dynamic_slice,
    "scan": _scan,
    "element": _element,
}
