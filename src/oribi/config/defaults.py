"""Defaults of the whole process: what layers, losses and ops take where nobody says."""

from oribi.graph import dtypes as _dtypes

FORMATS = ("channels_last", "channels_first")

_epsilon = 1e-7
_image_data_format = "channels_last"


def floatx() -> str:
    """The dtype of floats that nobody gave one: `float32`, or `float64`.

    >>> floatx()
    'float32'
    """
    return _dtypes.floatx()


def set_floatx(value: str) -> None:
    """Give floats another dtype from now on. What is there keeps its own; models that are compiled have to be compiled again.

    Args:
        value: `float32` or `float64`.

    Raises:
        ValueError: no dtype of floats.
        NotImplementedError: a dtype that oribi does not compute with.
    """
    if value not in ("float16", "bfloat16", "float32", "float64"):
        raise ValueError(f"floatx must be a dtype of floats, got {value!r}")
    if value not in _dtypes.FLOATS:
        raise NotImplementedError(f"floatx {value!r} is not there yet: use float32 or float64")
    _dtypes.set_floatx(value)


def epsilon() -> float:
    """The small number that keeps divisors and logarithms from zero.

    >>> epsilon()
    1e-07
    """
    return _epsilon


def set_epsilon(value: float) -> None:
    """Take another small number from now on.

    Args:
        value: the number.

    >>> set_epsilon(1e-7)
    """
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    """Where images have their channels if nobody says: `channels_last`, or `channels_first`.

    >>> image_data_format()
    'channels_last'
    """
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    """Have channels elsewhere from now on.

    Args:
        data_format: `channels_last` or `channels_first`.

    Raises:
        ValueError: another format.

    >>> set_image_data_format("channels_last")
    """
    global _image_data_format
    _image_data_format = checked_format("set_image_data_format", data_format)


def checked_format(who: str, given: str | None) -> str:
    """A data_format; that of `image_data_format` where none is given.

    Raises:
        ValueError: there is no such format.
    """
    if given is not None and given not in FORMATS:
        raise ValueError(f"{who}: data_format must be channels_last or channels_first, got {given!r}")
    return given or _image_data_format
