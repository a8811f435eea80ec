"""`oribi.backend`, under the names of `keras.backend`: defaults of the process, and facts about dtypes."""

from collections import Counter as _Counter
from typing import Any as _Any

from oribi.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from oribi.config.names import forget_names as _forget_names
from oribi.graph import dtypes as _dtypes
from oribi.values import KerasTensor as _KerasTensor

_uids: _Counter[str] = _Counter()


def clear_session(free_memory: bool = True) -> None:
    """Let names that are made up begin again (`dense`, `dense_1`, ...). Seeds stay.

    Args:
        free_memory: taken for Keras' sake: nothing is kept that nobody refers to.
    """
    _forget_names()
    _uids.clear()


def get_uid(prefix: str = "") -> int:
    """The next number, from 1 on, for a prefix.

    Args:
        prefix: what is numbered.

    >>> get_uid("a_new_prefix"), get_uid("a_new_prefix")
    (1, 2)
    """
    _uids[prefix] += 1
    return _uids[prefix]


def is_keras_tensor(x: _Any) -> bool:
    """Whether something is a symbolic tensor, as `Input` gives.

    Args:
        x: anything.
    """
    return isinstance(x, _KerasTensor)


def standardize_dtype(dtype: _Any) -> str:
    """The name of a dtype.

    Args:
        dtype: a name, a NumPy dtype, a Python type, or None for `floatx()`.

    Raises:
        ValueError: there is no such dtype.

    >>> standardize_dtype(int), standardize_dtype(None)
    ('int32', 'float32')
    """
    try:
        return _dtypes.floatx() if dtype is None else _dtypes.canonical(dtype)
    except TypeError as error:
        raise ValueError(f"Invalid dtype: {dtype}. {error}") from None


def is_float_dtype(dtype: _Any) -> bool:
    """Whether a dtype is one of floats.

    Args:
        dtype: as of `standardize_dtype`.
    """
    return standardize_dtype(dtype).startswith("float")


def is_int_dtype(dtype: _Any) -> bool:
    """Whether a dtype is one of whole numbers.

    Args:
        dtype: as of `standardize_dtype`.
    """
    return _dtypes.is_integer(standardize_dtype(dtype))


def result_type(*dtypes: _Any) -> str:
    """The dtype of an operation on these dtypes.

    Args:
        dtypes: names or dtypes; `int` and `float` are those of Python's numbers, which give way.

    >>> result_type("int32", "float32"), result_type("int8", int), result_type()
    ('float32', 'int8', 'float32')
    """
    if not dtypes:
        return _dtypes.floatx()
    weak = {int: "int", float: "float", bool: "bool"}
    return _dtypes.result_type(weak[d] if d in weak else standardize_dtype(d) for d in dtypes)


__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]
