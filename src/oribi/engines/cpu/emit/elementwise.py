"""name -> `emit(builder, node, *operand values) -> value`: the elementwise primitives as instructions."""

from collections.abc import Callable
from functools import partial

import numpy as np

from oribi.graph import dtypes
from oribi.graph import elementwise as ew
from oribi.graph.dtypes import is_unsigned
from oribi.graph.node import Node, Primitive
from oribi.graph.random import PARITY, ROTATIONS

from . import math
from .llvm import SSA, SUFFIX, Builder, Value, const, vector_type

Rule = Callable[..., Value]


def _by_kind(on_float: str, on_integer: str, on_unsigned: str | None = None) -> Rule:
    """A two-operand instruction that differs between floats, signed and unsigned integers."""

    def rule(b: Builder, node: Node, x: Value, y: Value) -> Value:
        if dtypes.is_float(x.dtype):
            return b.binary(on_float, x, y)
        return b.binary(on_unsigned if on_unsigned and is_unsigned(x.dtype) else on_integer, x, y)

    return rule


def _comparison(on_float: str, on_signed: str, on_unsigned: str) -> Rule:
    def rule(b: Builder, node: Node, x: Value, y: Value) -> Value:
        if dtypes.is_float(x.dtype):
            return b.compare(f"fcmp {on_float}", x, y)
        return b.compare(f"icmp {on_unsigned if is_unsigned(x.dtype) else on_signed}", x, y)

    return rule


def _math(name: str) -> Rule:
    """A float32 polynomial of ours; libm's function for float64."""

    def rule(b: Builder, node: Node, x: Value) -> Value:
        return math.FLOAT32[name](b, x) if x.dtype == "float32" else FLOAT64[name](b, x)

    return rule


def _libm(b: Builder, name: str, *operands: Value) -> Value:
    """A C library function called on each lane."""
    lanes, dtype = operands[0].lanes, operands[0].dtype
    scalar = SSA[dtype]
    b.declare(name, scalar, [scalar] * len(operands))
    if lanes == 1:
        return b.emit(f"call {scalar} @{name}({', '.join(o.typed for o in operands)})", dtype, 1)
    result = Value(dtype, lanes, "poison")
    for lane in range(lanes):
        arguments = ", ".join(b.extract(o, lane).typed for o in operands)
        one = b.emit(f"call {scalar} @{name}({arguments})", dtype, 1)
        result = b.emit(f"insertelement {result.typed}, {one.typed}, i64 {lane}", dtype, lanes)
    return result


def _logistic64(b: Builder, x: Value) -> Value:
    one = const(1.0, "float64")
    e = _libm(b, "exp", b.intrinsic("copysign", x, const(-1.0, "float64")))
    top = b.select(b.compare("fcmp oge", x, const(0.0, "float64")), one, e)
    return b.binary("fdiv", top, b.binary("fadd", e, one))


def _named(name: str) -> Callable[[Builder, Value], Value]:
    return lambda b, x: _libm(b, name, x)


FLOAT64 = {n: _named(n) for n in ("exp", "expm1", "log", "log1p", "tanh", "erf", "sin", "cos")}
FLOAT64["logistic"] = _logistic64


def neg(b: Builder, node: Node, x: Value) -> Value:
    if dtypes.is_float(x.dtype):
        return b.emit(f"fneg {x.typed}", x.dtype, x.lanes)
    return b.binary("sub", const(0, x.dtype), x)


def absolute(b: Builder, node: Node, x: Value) -> Value:
    if dtypes.is_float(x.dtype):
        return b.intrinsic("fabs", x)
    return x if is_unsigned(x.dtype) else b.intrinsic("abs", x, flags=("false",))


def sign(b: Builder, node: Node, x: Value) -> Value:
    """1, -1, or x itself, which is then zero or NaN."""
    zero, one = const(0, x.dtype), const(1, x.dtype)
    positive = COMPARE["gt"](b, node, x, zero)
    if is_unsigned(x.dtype):
        return b.select(positive, one, zero)
    return b.select(positive, one, b.select(COMPARE["lt"](b, node, x, zero), const(-1, x.dtype), x))


def rsqrt(b: Builder, node: Node, x: Value) -> Value:
    return b.binary("fdiv", const(1, x.dtype), b.intrinsic("sqrt", x))


def is_finite(b: Builder, node: Node, x: Value) -> Value:
    return b.compare("fcmp one", b.intrinsic("fabs", x), const(float("inf"), x.dtype))


def logical_not(b: Builder, node: Node, x: Value) -> Value:
    return b.binary("xor", x, const(True, "bool") if x.dtype == "bool" else const(-1, x.dtype))


def _extremum(word: str, predicate: str) -> Rule:
    """NaN wins, as in NumPy. Beside a constant that is no NaN, one compare and one blend do it."""

    def rule(b: Builder, node: Node, x: Value, y: Value) -> Value:
        if not dtypes.is_float(x.dtype):
            return b.intrinsic(f"{'u' if is_unsigned(x.dtype) else 's'}{word[:3]}", x, y)
        if _plain_literal(x):
            x, y = y, x
        if _plain_literal(y):
            return b.select(b.compare(f"fcmp {predicate}", y, x), y, x)
        return b.intrinsic(word, x, y)

    return rule


def _plain_literal(x: Value) -> bool:
    return not x.ref.startswith(("%", "<", "0x7FF8", "poison")) and "%" not in x.ref


def div(b: Builder, node: Node, x: Value, y: Value) -> Value:
    if dtypes.is_float(x.dtype):
        return b.binary("fdiv", x, y)
    return _integer_division(b, x, y, "div", lambda: neg(b, node, x))


def rem(b: Builder, node: Node, x: Value, y: Value) -> Value:
    if dtypes.is_float(x.dtype):
        return _libm(b, "fmodf" if x.dtype == "float32" else "fmod", *b.match(x, y))
    return _integer_division(b, x, y, "rem", lambda: const(0, x.dtype))


def _integer_division(b: Builder, x: Value, y: Value, what: str, by_minus_one: Callable[[], Value]) -> Value:
    """Towards zero; by zero gives zero, and the one overflow wraps, where the instruction would trap."""
    zero = b.compare("icmp eq", y, const(0, y.dtype))
    if is_unsigned(x.dtype):
        return b.select(zero, const(0, x.dtype), b.binary("u" + what, x, b.select(zero, const(1, y.dtype), y)))
    minus = b.compare("icmp eq", y, const(-1, y.dtype))
    safe = b.select(b.binary("or", zero, minus), const(1, y.dtype), y)
    result = b.select(minus, by_minus_one(), b.binary("s" + what, x, safe))
    return b.select(zero, const(0, x.dtype), result)


def power(b: Builder, node: Node, x: Value, y: Value) -> Value:
    return _libm(b, "powf" if x.dtype == "float32" else "pow", *b.match(x, y))


def _shift(instruction: str) -> Rule:
    """By the width or more: zero, where the instruction would give anything."""

    def rule(b: Builder, node: Node, x: Value, y: Value) -> Value:
        bits = dtypes.TABLE[x.dtype].bits
        over = b.compare("icmp uge", y, const(bits, y.dtype))
        return b.select(over, const(0, x.dtype), b.binary(instruction, x, b.select(over, const(0, y.dtype), y)))

    return rule


def select(b: Builder, node: Node, predicate: Value, on_true: Value, on_false: Value) -> Value:
    return b.select(predicate, on_true, on_false)


def convert(b: Builder, node: Node, x: Value) -> Value:
    return convert_value(b, x, node.dtype)


def convert_value(b: Builder, x: Value, dtype: str) -> Value:
    """`x` in another dtype, as the primitive says."""
    if x.dtype == dtype:
        return x
    if SSA[x.dtype] == SSA[dtype]:
        return x._replace(dtype=dtype)
    if dtype == "bool":
        instruction = "fcmp une" if dtypes.is_float(x.dtype) else "icmp ne"
        return b.compare(instruction, x, const(0, x.dtype))
    from_float, to_float = dtypes.is_float(x.dtype), dtypes.is_float(dtype)
    if from_float and to_float:
        return b.cast("fpext" if dtype == "float64" else "fptrunc", x, dtype)
    if to_float:
        return b.cast("uitofp" if is_unsigned(x.dtype) else "sitofp", x, dtype)
    if from_float:
        return _saturating(b, x, dtype)
    if dtypes.itemsize(dtype) < dtypes.itemsize(x.dtype):
        return b.cast("trunc", x, dtype)
    return b.cast("zext" if is_unsigned(x.dtype) else "sext", x, dtype)


def _saturating(b: Builder, x: Value, dtype: str) -> Value:
    word = "fptoui" if is_unsigned(dtype) else "fptosi"
    lanes = "" if x.lanes == 1 else f"v{x.lanes}"
    name = f"llvm.{word}.sat.{lanes}{SSA[dtype]}.{lanes}{SUFFIX[SSA[x.dtype]]}"
    result = vector_type(SSA[dtype], x.lanes)
    b.declare(name, result, [x.type])
    return b.emit(f"call {result} @{name}({x.typed})", dtype, x.lanes)


def threefry(b: Builder, key: tuple[Value, Value], high: Value, low: Value) -> tuple[Value, Value]:
    """Threefry-2x32-20 of the counter (high, low)."""
    parity = const(PARITY, "uint32")
    keys = (*key, b.binary("xor", b.binary("xor", key[0], key[1]), parity))
    x, y = b.binary("add", high, keys[0]), b.binary("add", low, keys[1])
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x = b.binary("add", x, y)
            y = b.binary("xor", x, b.intrinsic("fshl", y, y, const(rotation, "uint32")))
        x = b.binary("add", x, keys[(group + 1) % 3])
        y = b.binary("add", y, b.binary("add", keys[(group + 2) % 3], const(group + 1, "uint32")))
    return x, y


COMPARE: dict[str, Rule] = {
    "eq": _comparison("oeq", "eq", "eq"),
    "ne": _comparison("une", "ne", "ne"),
    "lt": _comparison("olt", "slt", "ult"),
    "le": _comparison("ole", "sle", "ule"),
    "gt": _comparison("ogt", "sgt", "ugt"),
    "ge": _comparison("oge", "sge", "uge"),
}

RULES: dict[str, Rule] = {
    **COMPARE,
    **{name: _math(name) for name in math.FLOAT32},
    "neg": neg,
    "abs": absolute,
    "sign": sign,
    "sqrt": lambda b, node, x: b.intrinsic("sqrt", x),
    "rsqrt": rsqrt,
    "floor": lambda b, node, x: b.intrinsic("floor", x),
    "ceil": lambda b, node, x: b.intrinsic("ceil", x),
    "round_nearest_even": lambda b, node, x: b.intrinsic("rint", x),
    "is_finite": is_finite,
    "stop_gradient": lambda b, node, x: x,
    "not": logical_not,
    "add": _by_kind("fadd", "add"),
    "sub": _by_kind("fsub", "sub"),
    "mul": _by_kind("fmul", "mul"),
    "div": div,
    "rem": rem,
    "pow": power,
    "max": _extremum("maximum", "ogt"),
    "min": _extremum("minimum", "olt"),
    "and": _by_kind("", "and"),
    "or": _by_kind("", "or"),
    "xor": _by_kind("", "xor"),
    "shift_left": _shift("shl"),
    "shift_right_logical": _shift("lshr"),
    "select": select,
    "convert": convert,
    "pack": lambda b, node, x: x,
}


def identity_of(root: Node) -> Value:
    """The value that a reduction or a running sum starts from: combined with another, it changes nothing."""
    return const(_IDENTITIES[root.primitive.combine](root.dtype), root.dtype)


def combined(b: Builder, root: Node, x: Value, y: Value) -> Value:
    """Two elements as a reduction, a running sum or a scatter combines them; the second, where it replaces the first."""
    combine = root.primitive.combine
    return y if combine is None else RULES[combine.name](b, root, x, y)


def _limit(sign: int, dtype: str) -> float:
    """The least number of a dtype, or the greatest."""
    if dtypes.is_float(dtype):
        return sign * float("inf")
    limits = np.iinfo(dtype)
    return int(limits.max if sign > 0 else limits.min)


_IDENTITIES: dict[Primitive | None, Callable[[str], float]] = {
    ew.add: lambda dtype: 0,
    ew.mul: lambda dtype: 1,
    ew.logical_and: lambda dtype: True,
    ew.logical_or: lambda dtype: False,
    ew.max: partial(_limit, -1),
    ew.min: partial(_limit, 1),
}
