"""`oribi.config`: how oribi computes, for the whole process; and the defaults, under the names of `keras.config`."""

from oribi import engines as _engines

from .defaults import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from .policies import dtype_policy, set_dtype_policy


def backend() -> str:
    """The name of what computes, as `oribi.backend.backend()`.

    >>> backend()
    'oribi'
    """
    return "oribi"


def engine() -> str:
    """The name of the engine that compiles programs: `cpu` unless `set_engine` or the environment's `ORIBI_ENGINE` says otherwise.

    >>> engine()
    'cpu'
    """
    return _engines.current().name


def set_engine(name: str) -> None:
    """Have steps compiled by another engine from now on; variables move to where it computes with the next step.

    Args:
        name: `cpu`, or `reference`, which interprets every step with NumPy: slow, and the definition of what is right.

    Raises:
        ValueError: there is no such engine.

    >>> set_engine("cpu")
    """
    _engines.choose(name)


__all__ = [
    "backend",
    "dtype_policy",
    "engine",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_dtype_policy",
    "set_engine",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]
