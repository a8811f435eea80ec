"""`oribi.config`: how oribi computes, for the whole process."""

from oribi import engines as _engines


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


__all__ = ["engine", "set_engine"]
