"""Optimizers, under the names of `keras.optimizers`, written in `oribi.ops`.

In:   gradients and variables.
Out:  variables, assigned.
Must not know: models, engines. The update is traced into the training step, where it becomes the epilogue of the weights'
gradients.
"""

from typing import Any

from oribi.config.names import table_of
from oribi.config.serialization import resolve

from . import schedules
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

TABLE = table_of(SGD, RMSprop, Adam, AdamW)
TABLE |= {"rmsprop": RMSprop, "adamw": AdamW}


def get(identifier: Any) -> Any:
    """An optimizer for a name, a config or a class."""
    if identifier is None:
        raise ValueError("expected an optimizer, its name or its config, got None")
    return resolve(identifier, TABLE, "optimizer")


__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]
