"""Optimizers, under the names of `keras.optimizers`, written in `oribi.ops`.

In:   gradients and variables.
Out:  variables, assigned.
Must not know: models, engines. The update is traced into the training step, where it becomes the epilogue of the weights'
gradients.
"""

from oribi.config.entry_points import entry_points as _entry_points

from . import schedules
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .optimizers import get
from .rmsprop import RMSprop
from .sgd import SGD

serialize, deserialize = _entry_points("optimizers", "optimizer")

__all__ = ["Adam", "AdamW", "Optimizer", "RMSprop", "SGD", "deserialize", "get", "schedules", "serialize"]
