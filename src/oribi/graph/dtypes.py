"""The dtypes, and Keras 3's promotion rules.

A dtype is its name, a string; what is known of it stands in `TABLE`. Promotion walks a lattice: the result of several dtypes is
their least upper bound. Python scalars are weak: they take part as `"int"` or `"float"`, which never widen a tensor of the same
kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class DType:
    """A kind of element.

    Attributes:
        name: NumPy's, and Keras'.
        kind: what it holds.
        bits: that it takes in a register; a `bool` takes a byte in memory.
        above: what it is promoted to in one step.
        llvm: LLVM's name of its type in a register.
    """

    name: str
    kind: Literal["float", "signed", "unsigned", "bool"]
    bits: int
    above: tuple[str, ...]
    llvm: str

    @property
    def itemsize(self) -> int:
        """Bytes in memory."""
        return max(self.bits // 8, 1)


TABLE = {
    dtype.name: dtype
    for dtype in (
        DType("float32", "float", 32, ("float64",), "float"),
        DType("float64", "float", 64, (), "double"),
        DType("int8", "signed", 8, ("int16",), "i8"),
        DType("int16", "signed", 16, ("int32",), "i16"),
        DType("int32", "signed", 32, ("int64",), "i32"),
        DType("int64", "signed", 64, ("float",), "i64"),
        DType("uint8", "unsigned", 8, ("int16", "uint16"), "i8"),
        DType("uint16", "unsigned", 16, ("int32", "uint32"), "i16"),
        DType("uint32", "unsigned", 32, ("int32",), "i32"),
        DType("bool", "bool", 1, ("int",), "i1"),
    )
}
FLOATS = tuple(d.name for d in TABLE.values() if d.kind == "float")
INTEGERS = tuple(d.name for d in TABLE.values() if d.kind in ("signed", "unsigned"))
ALL = tuple(TABLE)

_floatx = "float32"


def floatx() -> str:
    """The dtype of floats that nobody gave one."""
    return _floatx


def set_floatx(name: str) -> None:
    """Give floats another dtype from now on; `oribi.config.set_floatx`."""
    global _floatx
    _floatx = name


def strong(dtype: str) -> str:
    """The dtype of a Python scalar's kind, `int` or `float`; any other is itself."""
    return {"int": "int32", "float": _floatx}.get(dtype, dtype)


_ABOVE = {d.name: d.above for d in TABLE.values()} | {"int": ("uint8", "int8"), "float": ("float32",)}


def is_float(dtype: str) -> bool:
    return dtype in FLOATS


def is_integer(dtype: str) -> bool:
    return dtype in INTEGERS


def is_unsigned(dtype: str) -> bool:
    """Whether arithmetic and comparisons take it as unsigned; booleans too."""
    return TABLE[dtype].kind in ("unsigned", "bool")


@lru_cache(maxsize=64)
def name_of(dtype: np.dtype) -> str:
    """The name of an array's dtype, which NumPy takes its time to put together."""
    return str(dtype.name)


def itemsize(dtype: str) -> int:
    """Bytes of one element."""
    return TABLE[dtype].itemsize


def canonical(dtype: object) -> str:
    """The name of a dtype given as a string, a NumPy dtype or a Python type.

    Raises:
        TypeError: it is no dtype that oribi computes with.
    """
    if dtype is float:
        return _floatx
    return dtype if isinstance(dtype, str) and dtype in TABLE else _canonical(dtype)


def of_floats(given: object = None) -> str:
    """The name of a dtype, as `canonical`; `floatx()` where none is given."""
    return canonical(given or _floatx)


@lru_cache(maxsize=512)
def _canonical(dtype: object) -> str:
    weak = {bool: "bool", int: "int32"}.get(dtype)  # type: ignore[call-overload]
    if weak is not None:
        return str(weak)
    try:
        name = np.dtype(dtype).name  # type: ignore[call-overload]
    except TypeError:
        name = str(dtype)
    if name not in ALL:
        raise TypeError(f"dtype {name!r} is not supported; use one of {', '.join(ALL)}")
    return str(name)


@lru_cache(maxsize=None)
def _upper(dtype: str) -> frozenset[str]:
    """The dtype and all that it can be promoted to."""
    return frozenset({dtype}).union(*(_upper(above) for above in _ABOVE[dtype]))


@lru_cache(maxsize=None)
def _least_upper_bound(dtypes: frozenset[str]) -> str:
    common = frozenset.intersection(*(_upper(d) for d in dtypes))
    return max(common, key=lambda d: len(_upper(d)))


def result_type(dtypes: Iterable[str]) -> str:
    """The dtype of an operation on these dtypes, as `keras.backend.result_type`.

    >>> result_type(["int32", "float32"]), result_type(["uint8", "int8"]), result_type(["int32", "float"])
    ('float32', 'int16', 'float32')
    """
    return strong(_least_upper_bound(frozenset(dtypes)))
