"""Dtype names and Keras 3's promotion rules.

A dtype is its name, a string. Promotion walks a lattice: the result of several dtypes is their least upper bound.
Python scalars are weak: they take part as `"int"` or `"float"`, which never widen a tensor of the same kind.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

FLOATS = ("float32", "float64")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32")
INTEGERS = SIGNED + UNSIGNED
ALL = (*FLOATS, *INTEGERS, "bool")

FLOATX = "float32"
WEAK = {"int": "int32", "float": FLOATX}

_ABOVE = {
    "bool": ("int",),
    "int": ("uint8", "int8"),
    "uint8": ("int16", "uint16"),
    "int8": ("int16",),
    "uint16": ("int32", "uint32"),
    "int16": ("int32",),
    "uint32": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("float32",),
    "float32": ("float64",),
    "float64": (),
}


def is_float(dtype: str) -> bool:
    return dtype in FLOATS


def is_integer(dtype: str) -> bool:
    return dtype in INTEGERS


@lru_cache(maxsize=64)
def name_of(dtype: np.dtype) -> str:
    """The name of an array's dtype, which NumPy takes its time to put together."""
    return str(dtype.name)


def itemsize(dtype: str) -> int:
    """Bytes of one element."""
    return int(np.dtype(dtype).itemsize)


@lru_cache(maxsize=512)
def canonical(dtype: object) -> str:
    """The name of a dtype given as a string, a NumPy dtype or a Python type.

    Raises:
        TypeError: it is no dtype that oribi computes with.
    """
    if isinstance(dtype, str) and dtype in ALL:
        return dtype
    weak = {bool: "bool", int: "int32", float: FLOATX}.get(dtype)  # type: ignore[call-overload]
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
    found = _least_upper_bound(frozenset(dtypes))
    return WEAK.get(found, found)
