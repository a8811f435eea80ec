"""What a computation depends on beside its arguments: one record for each thread, whose fields a `with` block sets."""

import threading
from collections.abc import Mapping
from typing import Any


class _Context(threading.local):
    """The present context of a thread.

    Attributes:
        trace: the `values.trace.Trace` in which variables are read and assigned; None where they are for good.
        training: what layers that are called without a `training` argument take; None for what their caller was given.
        call: the number of the outermost call of a layer that is being done; 0 outside of any.
        records: of the gradient tapes that are open, the outermost first; none in a trace, which is a record itself.
        run: the innermost call of `fit`, `evaluate` or the like that the thread is busy with.
        origin: the layer whose nodes are being made, for error messages.
        memory: bytes that variables may still take, as `[bytes]`; None where any number.
        custom_objects: the user's classes and functions that configs may name, by name.
        trusted: whether configs may bring code with them.
    """

    trace: Any = None
    training: bool | None = None
    call: int = 0
    records: tuple[Any, ...] = ()
    run: Any = None
    origin: str = ""
    memory: list[int] | None = None
    custom_objects: Mapping[str, Any] = {}
    trusted: bool = False


current = _Context()


class context:
    """Fields of the present thread's context, set until the end of the block.

    >>> with context(training=True):
    ...     current.training
    True
    >>> current.training is None
    True
    """

    __slots__ = ("_fields", "_outer")

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def __enter__(self) -> None:
        here = current.__dict__
        self._outer = here.copy()
        here.update(self._fields)

    def __exit__(self, *error: object) -> None:
        here = current.__dict__
        here.clear()
        here.update(self._outer)
