"""Expressions: the value of a node at one point of a loop nest.

A point is an index, affine in the loop variables; one of them may run along the lanes of a vector. Views turn into other
indices, stored nodes into loads, all else into instructions. What does not vary along the lanes stays scalar.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from oribi.compiler.index import (
    Affine,
    Dims,
    Var,
    below_view,
    flat_index,
    flatten,
    of,
    reshape_groups,
    row_major,
    unflatten,
)
from oribi.compiler.rewrite import splat_of
from oribi.graph.kinds import POINTWISE, Kind
from oribi.graph.node import Node, Shape, size_of
from oribi.graph.random import random_bits_p
from oribi.graph.structural import reshape_p

from . import elementwise
from .llvm import Builder, Value, const, i64

Load = Callable[[Node, Dims], str]


class Mask(NamedTuple):
    """What must hold for memory to be read: for single lanes, and for the point as a whole."""

    lanes: Value | None = None
    guard: Value | None = None


ALWAYS = Mask()
FAR = 2**18  # elements of a table from which rows are prefetched: it does not stay in the cache


def scalar_index(b: Builder, affine: Affine) -> Value:
    """The value of an index in lane 0."""
    total = i64(affine.constant)
    for var, coefficient in affine.terms.items():
        if not var.lanes or var.consecutive:
            total = b.add(total, b.mul(_value(var), i64(coefficient)))
    return total


def lane_index(b: Builder, affine: Affine) -> Value:
    """The value of an index in every lane; a scalar where they agree."""
    total = scalar_index(b, affine)
    for var, coefficient in affine.terms.items():
        if not var.lanes:
            continue
        lanes = b.ramp(b.lanes) if var.consecutive else _value(var)
        if coefficient != 1:
            lanes = b.binary("mul nsw", lanes, i64(coefficient))
        total = b.binary("add nsw", total, lanes)
    return total


def lane_stride(affine: Affine) -> int | None:
    """Elements from lane to lane; None where that differs."""
    stride = 0
    for var, coefficient in affine.terms.items():
        if var.lanes and not var.consecutive:
            return None
        stride += coefficient if var.lanes else 0
    return stride


def _value(var: Var) -> Value:
    assert isinstance(var.value, Value), f"{var} has no value yet"
    return var.value


class Expression:
    """Emits the values of nodes at one point; each node once."""

    def __init__(
        self, b: Builder, stored: frozenset[Node], pointer: Load, preset: dict[Node, Value] | None = None
    ) -> None:
        self.b = b
        self.stored = stored
        self.pointer = pointer
        self.preset = preset or {}
        self.memo: dict[object, Value] = {}
        self.found: dict[object, Var] = {}
        self.following: dict[Var, Var] = {}

    def value(self, node: Node, dims: Dims, mask: Mask = ALWAYS) -> Value:
        """The value of `node` at `dims`."""
        if node in self.preset:
            return self.preset[node]
        place = (*(d.key() for d in dims), mask)
        if (node, place) not in self.memo:
            self._compute_chain(node, place, dims, mask)
        return self.memo[node, place]

    def _compute_chain(self, node: Node, place: object, dims: Dims, mask: Mask) -> None:
        """Compute a node after all that it is computed from at the same point, which may be a chain of any length."""
        stack = [node]
        while stack:
            one = stack[-1]
            if one in self.preset or (one, place) in self.memo:
                stack.pop()
                continue
            waiting = [o for o in self._read_there(one) if o not in self.preset and (o, place) not in self.memo]
            if waiting:
                stack += reversed(waiting)
            else:
                self.memo[one, place] = self._compute(one, dims, mask)
                stack.pop()

    def _read_there(self, node: Node) -> tuple[Node, ...]:
        """The operands whose values at the same point a node is computed from."""
        return node.operands if node.kind in POINTWISE and not self._is_buffer(node) else ()

    def _compute(self, node: Node, dims: Dims, mask: Mask, fresh: bool = False) -> Value:
        splat = splat_of(node)
        if splat is not None:
            return const(splat, node.dtype)
        if not fresh and self._is_buffer(node):
            return self.load(node, dims, mask)
        if node.kind in POINTWISE:
            operands = [self.value(o, dims, mask) for o in node.operands]
            return elementwise.RULES[node.op](self.b, node, *operands)
        if node.kind is Kind.VIEW:
            below = below_view(node, dims, self._is_buffer)
            return self.value(node.operands[0], self._divided(node, dims) if below is None else below, mask)
        return RULES[node.op](self, node, dims, mask)

    def _is_buffer(self, node: Node) -> bool:
        return (node in self.stored or node.kind is Kind.LEAF) and node not in self.preset

    def output(self, node: Node, dims: Dims, mask: Mask) -> Value:
        """The value of a node that this kernel stores: computed, not loaded."""
        if node in self.preset:
            return self.preset[node]
        key = node, (*(d.key() for d in dims), mask)
        self.memo[key] = self._compute(node, dims, mask, fresh=True)
        return self.memo[key]

    def load(self, node: Node, dims: Dims, mask: Mask) -> Value:
        flat = flat_index(dims, node.shape)
        pointer, stride, b = self.pointer(node, dims), lane_stride(flat), self.b
        if stride == 0:
            return b.load(pointer, node.dtype, scalar_index(b, flat), mask=mask.guard)
        lanes = mask.lanes
        if mask.guard is not None:
            lanes = b.binary("and", mask.guard, lanes) if lanes is not None else mask.guard
        if stride == 1:
            self._prefetch(pointer, node.dtype, flat)
            return b.load(pointer, node.dtype, scalar_index(b, flat), b.lanes, lanes)
        return b.gather(pointer, node.dtype, lane_index(b, flat), lanes)

    def _prefetch(self, pointer: str, dtype: str, flat: Affine) -> None:
        """Ask for the same place of the row that comes next, where rows are taken in an order that memory cannot guess."""
        for var in flat.terms:
            if var in self.following:
                ahead = Affine({self.following.get(v, v): c for v, c in flat.terms.items()}, flat.constant)
                self.b.prefetch(pointer, dtype, scalar_index(self.b, ahead))

    def variable(self, value: Value, extent: int, key: object) -> Var:
        """An index found in memory or by division, known to be below `extent`."""
        if key not in self.found:
            self.found[key] = Var("found", extent, value, lanes=value.lanes > 1, consecutive=False)
        return self.found[key]

    def _divided(self, node: Node, dims: Dims) -> Dims:
        """The operand's index of a reshape that is not affine."""
        operand = node.operands[0]
        result: list[Affine] = []
        for mine, theirs in reshape_groups(node.shape, operand.shape):
            flat, shape = flatten(dims[mine], node.shape[mine]), operand.shape[theirs]
            result += unflatten(flat, shape) or self._digits(flat, shape)
        return tuple(result)

    def _digits(self, flat: Affine, shape: Shape) -> Dims:
        """A row-major position taken apart by division."""
        b, result = self.b, []
        for axis, (extent, stride) in enumerate(zip(shape, row_major(shape), strict=True)):
            key = ("digit", flat.key(), shape, axis)
            if key not in self.found:
                quotient = b.binary("udiv", lane_index(b, flat), i64(stride))
                index = b.binary("urem", quotient, i64(extent)) if axis else quotient
                self.variable(index, extent, key)
            result.append(of(self.found[key]))
        return tuple(result)

    # --- primitives that are neither elementwise nor affine views ---

    def iota(self, node: Node, dims: Dims, mask: Mask) -> Value:
        index = dims[node.attributes["axis"]]
        return elementwise.convert_value(self.b, self.narrow_index(index), node.dtype)

    def narrow_index(self, affine: Affine) -> Value:
        """The index in the lanes, as int32 where it fits: twice as many to a register."""
        b = self.b
        if lane_stride(affine) in (None, 0) or affine.bounds()[1] >= 2**31 or affine.bounds()[0] < -(2**31):
            return lane_index(b, affine)
        base = b.cast("trunc", scalar_index(b, affine), "int32")
        ramp = b.binary("mul", b.ramp(b.lanes, "int32"), const(lane_stride(affine), "int32"))
        return b.binary("add", base, ramp)

    def random_bits(self, node: Node, dims: Dims, mask: Mask) -> Value:
        b, key = self.b, node.operands[0]
        words = tuple(self.value(key, (Affine(constant=word),)) for word in (0, 1))
        position = self.narrow_index(flat_index(dims, node.shape))
        low = elementwise.convert_value(b, position, "uint32")
        high = const(0, "uint32")
        if position.dtype == "int64" and node.size > 2**32:
            high = b.cast("trunc", b.binary("lshr", position, i64(32)), "uint32")
        x, y = elementwise.threefry(b, words, high, low)  # type: ignore[arg-type]
        return b.binary("xor", x, y)

    def gather(self, node: Node, dims: Dims, mask: Mask) -> Value:
        table, indices = node.operands
        axis, rank = node.attributes["axis"], len(indices.shape)
        at = dims[axis : axis + rank]
        key = (indices, *(d.key() for d in at), mask)
        if key not in self.found:
            found = self.variable(self._clamped(indices, at, table.shape[axis], mask), table.shape[axis], key)
            if table.size > FAR and len(at) == 1 and not found.lanes:
                self._find_following(found, table, indices, at[0])
        return self.value(table, (*dims[:axis], of(self.found[key]), *dims[axis + rank :]), mask)

    def _find_following(self, found: Var, table: Node, indices: Node, at: Affine) -> None:
        """The index that the next iteration of the loop around will find; the last one's own again at its end."""
        if len(at.terms) != 1 or at.constant or not at.is_var(next(iter(at.terms))):
            return
        (loop,) = at.terms
        b = self.b
        later = b.minimum(b.add(_value(loop), i64(1)), i64(loop.extent - 1))
        place = (of(Var("later", loop.extent, later)),)
        self.following[found] = Var("following", found.extent, self._clamped(indices, place, found.extent))

    def _clamped(self, indices: Node, at: Dims, extent: int, mask: Mask = ALWAYS) -> Value:
        """An index found in memory, moved into 0 ... extent - 1."""
        index = elementwise.convert_value(self.b, self.value(indices, at, mask), "int64")
        return self.b.intrinsic("smin", self.b.intrinsic("smax", index, i64(0)), i64(extent - 1))

    def _moved_inside(self, node: Node, starts: tuple[Node, ...], sizes: Shape, shape: Shape) -> list[Affine]:
        """Starts found in memory, moved so far that a slice of these sizes lies inside of the shape."""
        moved = []
        for axis, (start, size, extent) in enumerate(zip(starts, sizes, shape, strict=True)):
            key = (node, "start", axis)
            if key not in self.found:
                room = extent - size + 1
                self.variable(self._clamped(start, (), room), room, key)
            moved.append(of(self.found[key]))
        return moved

    def dynamic_slice(self, node: Node, dims: Dims, mask: Mask) -> Value:
        x, *starts = node.operands
        moved = self._moved_inside(node, tuple(starts), node.shape, x.shape)
        return self.value(x, tuple(dim + by for dim, by in zip(dims, moved, strict=True)), mask)

    def dynamic_update_slice(self, node: Node, dims: Dims, mask: Mask) -> Value:
        x, update, *starts = node.operands
        value = self.value(x, dims, mask)
        if not update.size:
            return value
        moved = self._moved_inside(node, tuple(starts), update.shape, x.shape)
        at = tuple(dim + by * -1 for dim, by in zip(dims, moved, strict=True))
        tests = [self._within(index, 0, extent) for index, extent in zip(at, update.shape, strict=True)]
        return self._where(tests, update, at, mask, value)

    def concatenate(self, node: Node, dims: Dims, mask: Mask) -> Value:
        axis = node.attributes["axis"]
        low, high = dims[axis].bounds()
        parts, offset = [], 0
        for operand in node.operands:
            end = offset + operand.shape[axis]
            if offset < end and low < end and high >= offset:
                parts.append((operand, offset, end))
            offset = end
        result: Value | None = None
        for operand, start, end in reversed(parts):
            at = (*dims[:axis], dims[axis] + -start, *dims[axis + 1 :])
            inside = self._within(dims[axis], start, end)
            value = self.value(operand, at, self._narrowed(mask, inside))
            result = value if result is None or inside is None else self.b.select(inside, value, result)
        assert result is not None
        return result

    def pad(self, node: Node, dims: Dims, mask: Mask) -> Value:
        operand, b = node.operands[0], self.b
        low, interior = node.attributes["low"], node.attributes["interior"]
        at: list[Affine] = []
        tests: list[Value | None] = []
        for dim, lo, gap, extent in zip(dims, low, interior, operand.shape, strict=True):
            moved = dim + -lo
            if gap:
                position = lane_index(b, moved)
                tests.append(b.compare("icmp eq", b.binary("srem", position, i64(gap + 1)), i64(0)))
                tests.append(self._within(moved, 0, (extent - 1) * (gap + 1) + 1 if extent else 0))
                quotient = b.binary("sdiv", position, i64(gap + 1))
                moved = of(self.variable(quotient, max(extent, 1), (node, len(at), dim.key())))
            else:
                tests.append(self._within(moved, 0, extent))
            at.append(moved)
        padding = const(node.attributes["value"], node.dtype)
        return self._where(tests, operand, tuple(at), mask, padding) if operand.size else padding

    def _where(self, tests: Sequence[Value | None], node: Node, at: Dims, mask: Mask, otherwise: Value) -> Value:
        """The value of a node where all tests hold, and only there read; None is a test that always holds."""
        conditions = [test for test in tests if test is not None]
        for test in conditions:
            mask = self._narrowed(mask, test)
        result = self.value(node, at, mask)
        for test in conditions:
            result = self.b.select(test, result, otherwise)
        return result

    def _within(self, index: Affine, start: int, end: int) -> Value | None:
        """start <= index < end; None where it always holds."""
        low, high = index.bounds()
        if low >= start and high < end:
            return None
        value, b = lane_index(self.b, index), self.b
        return b.binary("and", b.compare("icmp sge", value, i64(start)), b.compare("icmp slt", value, i64(end)))

    def _narrowed(self, mask: Mask, test: Value | None) -> Mask:
        """A mask under one more condition."""
        if test is None:
            return mask
        if test.lanes == 1:
            return mask._replace(guard=test if mask.guard is None else self.b.binary("and", mask.guard, test))
        return mask._replace(lanes=test if mask.lanes is None else self.b.binary("and", mask.lanes, test))


RULES: dict[str, Callable[[Expression, Node, Dims, Mask], Value]] = {
    "iota": Expression.iota,
    "random_bits": Expression.random_bits,
    "gather": Expression.gather,
    "dynamic_slice": Expression.dynamic_slice,
    "dynamic_update_slice": Expression.dynamic_update_slice,
    "concatenate": Expression.concatenate,
    "pad": Expression.pad,
}


def collapses(outputs: tuple[Node, ...], root: Node | None, stored: frozenset[Node], domain: Shape) -> bool:
    """Whether a map's expressions read everything at the same position, so that its loops can run as one."""
    if root is not None or len(domain) < 2:
        return False
    seen: set[Node] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        leaf = node.kind is Kind.LEAF or (node in stored and node not in outputs)
        if leaf or node.primitive is random_bits_p:
            continue
        if node.kind in POINTWISE:
            stack.extend(node.operands)
        elif not _spreads_a_scalar(node, stored):
            return False
    return True


def _spreads_a_scalar(node: Node, stored: frozenset[Node]) -> bool:
    """Whether a node is one stored element, seen everywhere."""
    if node.kind is not Kind.VIEW or node.primitive is reshape_p:
        return False
    operand = node.operands[0]
    return size_of(operand.shape) == 1 and (operand.kind is Kind.LEAF or operand in stored)
