"""A small builder of LLVM assembly: values, loops, vectors and masks, written as text.

Every value knows its dtype and whether it is one scalar or a vector of lanes. Text is what LLVM reads fastest, and what a
person can read when `ORIBI_DEBUG=llvm` prints it.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from oribi.graph import dtypes

SSA = {d.name: d.llvm for d in dtypes.TABLE.values()}
MEMORY = {**SSA, "bool": "i8"}
CACHE_LINE = 64
SUFFIX = {d.llvm: f"f{d.bits}" for d in dtypes.TABLE.values() if d.kind == "float"}


class Value(NamedTuple):
    """An LLVM value: `ref` is its name or a literal, `lanes` 1 for a scalar."""

    dtype: str
    lanes: int
    ref: str

    @property
    def type(self) -> str:
        return vector_type(SSA[self.dtype], self.lanes)

    @property
    def typed(self) -> str:
        return f"{self.type} {self.ref}"


def vector_type(scalar: str, lanes: int) -> str:
    return scalar if lanes == 1 else f"<{lanes} x {scalar}>"


def literal(value: Any, dtype: str) -> str:
    """A scalar constant as LLVM writes it; floats bit for bit."""
    if dtypes.is_float(dtype):
        number = float(np.dtype(dtype).type(value))
        if math.isnan(number):
            return "0x7FF8000000000000"
        return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
    if dtype == "bool":
        return "true" if value else "false"
    return str(int(value))


def const(value: Any, dtype: str) -> Value:
    return Value(dtype, 1, literal(value, dtype))


def i64(value: int) -> Value:
    return Value("int64", 1, str(value))


class Builder:
    """The body of one function, line by line."""

    def __init__(self, lanes: int, declarations: dict[str, str]) -> None:
        self.lanes = lanes
        self.lines: list[str] = []
        self.entry: list[str] = []
        self.declarations = declarations
        self.block = "entry"
        self._count = 0

    # --- plain instructions ---

    def name(self, prefix: str = "") -> str:
        self._count += 1
        return f"%{prefix}{self._count}" if prefix else f"%v{self._count}"

    def emit(self, text: str, dtype: str, lanes: int) -> Value:
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return Value(dtype, lanes, name)

    def do(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def match(self, *values: Value) -> tuple[Value, ...]:
        """The values, scalars spread over the lanes where any is a vector."""
        lanes = max(v.lanes for v in values)
        return tuple(self.spread(v, lanes) for v in values)

    def spread(self, value: Value, lanes: int) -> Value:
        """A scalar in every lane."""
        if value.lanes == lanes:
            return value
        scalar = SSA[value.dtype]
        if not value.ref.startswith("%"):
            return Value(value.dtype, lanes, f"splat ({scalar} {value.ref})")
        kind = vector_type(scalar, lanes)
        one = self.emit(f"insertelement {kind} poison, {scalar} {value.ref}, i64 0", value.dtype, lanes)
        return self.emit(
            f"shufflevector {kind} {one.ref}, {kind} poison, <{lanes} x i32> zeroinitializer", value.dtype, lanes
        )

    def binary(self, instruction: str, x: Value, y: Value) -> Value:
        x, y = self.match(x, y)
        return self.emit(f"{instruction} {x.type} {x.ref}, {y.ref}", x.dtype, x.lanes)

    def compare(self, instruction: str, x: Value, y: Value) -> Value:
        x, y = self.match(x, y)
        return self.emit(f"{instruction} {x.type} {x.ref}, {y.ref}", "bool", x.lanes)

    def select(self, predicate: Value, on_true: Value, on_false: Value) -> Value:
        lanes = max(predicate.lanes, on_true.lanes, on_false.lanes)
        predicate, on_true, on_false = (self.spread(v, lanes) for v in (predicate, on_true, on_false))
        return self.emit(f"select {predicate.typed}, {on_true.typed}, {on_false.typed}", on_true.dtype, lanes)

    def cast(self, instruction: str, x: Value, dtype: str) -> Value:
        return self.emit(f"{instruction} {x.typed} to {vector_type(SSA[dtype], x.lanes)}", dtype, x.lanes)

    def intrinsic(self, name: str, *operands: Value, dtype: str | None = None, flags: tuple[str, ...] = ()) -> Value:
        """`llvm.NAME` overloaded on its operands' type; `flags` are trailing i1 literals."""
        values = self.match(*operands)
        first = values[0]
        scalar = SSA[first.dtype]
        overload = ("" if first.lanes == 1 else f"v{first.lanes}") + SUFFIX.get(scalar, scalar)
        kinds = [v.type for v in values] + ["i1"] * len(flags)
        full = f"llvm.{name}.{overload}"
        self.declare(full, first.type, kinds)
        arguments = ", ".join([v.typed for v in values] + [f"i1 {f}" for f in flags])
        return self.emit(f"call {first.type} @{full}({arguments})", dtype or first.dtype, first.lanes)

    def declare(self, name: str, result: str, kinds: Sequence[str]) -> None:
        self.declarations[name] = f"declare {result} @{name}({', '.join(kinds)})"

    def bitcast(self, x: Value, dtype: str) -> Value:
        return self.cast("bitcast", x, dtype)

    def extract(self, x: Value, lane: int) -> Value:
        return x if x.lanes == 1 else self.emit(f"extractelement {x.typed}, i64 {lane}", x.dtype, 1)

    # --- 64-bit index arithmetic, folded where it is constant ---

    def add(self, x: Value, y: Value) -> Value:
        if x.ref == "0" or y.ref == "0":
            return y if x.ref == "0" else x
        if _both_literal(x, y):
            return i64(int(x.ref) + int(y.ref))
        return self.binary("add nsw", x, y)

    def sub(self, x: Value, y: Value) -> Value:
        if y.ref == "0":
            return x
        return i64(int(x.ref) - int(y.ref)) if _both_literal(x, y) else self.binary("sub nsw", x, y)

    def mul(self, x: Value, y: Value) -> Value:
        if x.ref == "1" or y.ref == "1":
            return y if x.ref == "1" else x
        if x.ref == "0" or y.ref == "0":
            return i64(0)
        return i64(int(x.ref) * int(y.ref)) if _both_literal(x, y) else self.binary("mul nsw", x, y)

    def multiple(self, x: Value, of: int) -> Value:
        """The largest multiple up to x of a power of two."""
        return i64(int(x.ref) // of * of) if x.ref.isdigit() else self.binary("and", x, i64(-of))

    def minimum(self, x: Value, y: Value) -> Value:
        return i64(min(int(x.ref), int(y.ref))) if _both_literal(x, y) else self.intrinsic("smin", x, y)

    def maximum(self, x: Value, y: Value) -> Value:
        return i64(max(int(x.ref), int(y.ref))) if _both_literal(x, y) else self.intrinsic("smax", x, y)

    def ramp(self, lanes: int, dtype: str = "int64") -> Value:
        """0, 1, 2, ... in the lanes."""
        kind = SSA[dtype]
        return Value(dtype, lanes, f"<{', '.join(f'{kind} {i}' for i in range(lanes))}>")

    # --- memory ---

    def address(self, pointer: str, dtype: str, at: Value) -> str:
        if at.ref == "0":
            return pointer
        name = self.name("p")
        self.lines.append(f"  {name} = getelementptr {MEMORY[dtype]}, ptr {pointer}, i64 {at.ref}")
        return name

    def load(self, pointer: str, dtype: str, at: Value, lanes: int = 1, mask: Value | None = None) -> Value:
        """Neighbouring elements from position `at`; those whose lane the mask leaves out are not touched."""
        where = self.address(pointer, dtype, at)
        kind = vector_type(MEMORY[dtype], lanes)
        if mask is None:
            return self._unpacked(f"load {kind}, ptr {where}, align {dtypes.itemsize(dtype)}", dtype, lanes)
        if lanes == 1:
            return self._guarded_load(where, dtype, mask)
        name = f"llvm.masked.load.v{lanes}{_overload(dtype)}.p0"
        self.declare(name, kind, ["ptr", "i32", f"<{lanes} x i1>", kind])
        call = f"call {kind} @{name}(ptr {where}, i32 {dtypes.itemsize(dtype)}, {self.spread(mask, lanes).typed}, "
        return self._unpacked(call + f"{kind} zeroinitializer)", dtype, lanes)

    def _guarded_load(self, where: str, dtype: str, mask: Value) -> Value:
        """One element, or zero, without a branch: a load that must not happen reads a zero on the stack."""
        zero = self.name("zero")
        self.entry.append(f"  {zero} = alloca i64, align 8")
        self.entry.append(f"  store i64 0, ptr {zero}, align 8")
        name = self.name("p")
        self.lines.append(f"  {name} = select i1 {mask.ref}, ptr {where}, ptr {zero}")
        return self._unpacked(f"load {MEMORY[dtype]}, ptr {name}, align {dtypes.itemsize(dtype)}", dtype, 1)

    def _unpacked(self, text: str, dtype: str, lanes: int) -> Value:
        if dtype != "bool":
            return self.emit(text, dtype, lanes)
        stored = self.emit(text, "uint8", lanes)
        return self.compare("icmp ne", stored, const(0, "uint8"))

    def store(self, value: Value, pointer: str, at: Value, mask: Value | None = None) -> None:
        where = self.address(pointer, value.dtype, at)
        if value.dtype == "bool":
            value = self.cast("zext", value, "uint8")
        if mask is None:
            self.do(f"store {value.typed}, ptr {where}, align {dtypes.itemsize(value.dtype)}")
            return
        name = f"llvm.masked.store.v{value.lanes}{_overload(value.dtype)}.p0"
        self.declare(name, "void", [value.type, "ptr", "i32", f"<{value.lanes} x i1>"])
        self.do(f"call void @{name}({value.typed}, ptr {where}, i32 {dtypes.itemsize(value.dtype)}, {mask.typed})")

    def gather(self, pointer: str, dtype: str, at: Value, mask: Value | None) -> Value:
        """The elements at the positions in the lanes of `at`."""
        lanes = at.lanes
        mask = self.spread(mask or const(True, "bool"), lanes)
        kind, pointers = vector_type(MEMORY[dtype], lanes), f"<{lanes} x ptr>"
        base = self.name("p")
        self.lines.append(f"  {base} = getelementptr inbounds {MEMORY[dtype]}, ptr {pointer}, {at.typed}")
        name = f"llvm.masked.gather.v{lanes}{_overload(dtype)}.v{lanes}p0"
        self.declare(name, kind, [pointers, "i32", f"<{lanes} x i1>", kind])
        call = f"call {kind} @{name}({pointers} {base}, i32 {dtypes.itemsize(dtype)}, {mask.typed}, {kind} zeroinitializer)"
        return self._unpacked(call, dtype, lanes)

    def scatter(self, value: Value, pointer: str, at: Value, mask: Value | None) -> None:
        """The lanes of `value` to the positions in the lanes of `at`."""
        if value.dtype == "bool":
            value = self.cast("zext", value, "uint8")
        lanes = at.lanes
        mask = self.spread(mask or const(True, "bool"), lanes)
        pointers, base = f"<{lanes} x ptr>", self.name("p")
        self.lines.append(f"  {base} = getelementptr inbounds {SSA[value.dtype]}, ptr {pointer}, {at.typed}")
        name = f"llvm.masked.scatter.v{lanes}{_overload(value.dtype)}.v{lanes}p0"
        self.declare(name, "void", [value.type, pointers, "i32", f"<{lanes} x i1>"])
        size = dtypes.itemsize(value.dtype)
        self.do(f"call void @{name}({value.typed}, {pointers} {base}, i32 {size}, {mask.typed})")

    def prefetch(self, pointer: str, dtype: str, at: Value) -> None:
        """Ask for a vector's cache lines, soon to be read."""
        self.declare("llvm.prefetch.p0", "void", ["ptr", "i32", "i32", "i32"])
        for byte in range(0, self.lanes * dtypes.itemsize(dtype), CACHE_LINE):
            where = self.address(pointer, dtype, self.add(at, i64(byte // dtypes.itemsize(dtype))))
            self.do(f"call void @llvm.prefetch.p0(ptr {where}, i32 0, i32 3, i32 1)")

    def scratch(self, dtype: str, count: int) -> str:
        """Room for `count` elements on the stack, taken once for the whole function."""
        name = self.name("scratch")
        self.entry.append(f"  {name} = alloca {MEMORY[dtype]}, i64 {max(count, 1)}, align 64")
        return name

    # --- control ---

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    def fresh_label(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def branch(self, label: str) -> None:
        self.do(f"br label %{label}")

    def branch_if(self, predicate: Value, yes: str, no: str) -> None:
        self.do(f"br i1 {predicate.ref}, label %{yes}, label %{no}")

    @contextmanager
    def when(self, predicate: Value) -> Iterator[None]:
        """A body that runs only if the predicate holds."""
        yes, end = self.fresh_label("then"), self.fresh_label("endif")
        self.branch_if(predicate, yes, end)
        self.label(yes)
        yield
        self.branch(end)
        self.label(end)

    @contextmanager
    def loop(self, low: Value, high: Value, step: int = 1, carried: Sequence[Value] = ()) -> "Iterator[Loop]":
        """for i in range(low, high, step), with values carried from each iteration to the next."""
        body, end = self.fresh_label("loop"), self.fresh_label("end")
        before = self.block
        if not (_both_literal(low, high) and int(low.ref) < int(high.ref)):
            self.branch_if(self.compare("icmp slt", low, high), body, end)
            skippable = True
        else:
            self.branch(body)
            skippable = False
        self.label(body)
        index, slots = self.name("i"), []
        head = len(self.lines)
        self.lines.append("")
        for _ in carried:
            slots.append((self.name("c"), len(self.lines)))
            self.lines.append("")
        inside = [v._replace(ref=name) for v, (name, _) in zip(carried, slots, strict=True)]
        state = Loop(Value("int64", 1, index), inside)
        yield state
        following = self.add(state.index, i64(step))
        last = self.block
        self.lines[head] = f"  {index} = phi i64 [ {low.ref}, %{before} ], [ {following.ref}, %{last} ]"
        for value, (name, line), result in zip(carried, slots, state.next, strict=True):
            self.lines[line] = f"  {name} = phi {value.type} [ {value.ref}, %{before} ], [ {result.ref}, %{last} ]"
        self.branch_if(self.compare("icmp slt", following, high), body, end)
        self.label(end)
        for value, result in zip(carried, state.next, strict=True):
            around = f"[ {value.ref}, %{before} ], " if skippable else ""
            state.out.append(self.emit(f"phi {value.type} {around}[ {result.ref}, %{last} ]", value.dtype, value.lanes))


class Loop:
    """Inside a loop: its index, the carried values, and where their next values go; after it, their last ones."""

    def __init__(self, index: Value, carried: list[Value]) -> None:
        self.index = index
        self.carried = carried
        self.next: Sequence[Value] = carried
        self.out: list[Value] = []


def _overload(dtype: str) -> str:
    scalar = MEMORY[dtype]
    return SUFFIX.get(scalar, scalar)


def _both_literal(x: Value, y: Value) -> bool:
    return x.lanes == y.lanes == 1 and x.ref.lstrip("-").isdigit() and y.ref.lstrip("-").isdigit()
