"""Optimizers by name."""

from typing import Any

from oribi.config.names import table_of
from oribi.config.serialization import resolve

from .adam import Adam, AdamW
from .rmsprop import RMSprop
from .sgd import SGD

TABLE = table_of(SGD, RMSprop, Adam, AdamW)
TABLE |= {"rmsprop": RMSprop, "adamw": AdamW}


def get(identifier: Any) -> Any:
    """An optimizer for a name, a config or a class.

    Args:
        identifier: what to look up; an object stays as it is.

    Raises:
        ValueError: None, or an unknown name.
    """
    if identifier is None:
        raise ValueError("expected an optimizer, its name or its config, got None")
    return resolve(identifier, TABLE, "optimizer")
